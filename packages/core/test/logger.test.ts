import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Logger } from '../src/index.js';

const lines: string[] = [];

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  lines.length = 0;
});

/** The default logger of a program with that GEV_LOG_LEVEL, its lines kept. */
async function loggerAt(level: string | undefined): Promise<Logger> {
  vi.stubEnv('GEV_LOG_LEVEL', level);
  vi.spyOn(console, 'error').mockImplementation((line) => void lines.push(line));
  vi.resetModules();
  return (await import('../src/index.js')).stderrLogger;
}

function logOnEach(logger: Logger): void {
  for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level]({}, level);
}

describe('the default logger', () => {
  it('prints warnings and errors with their fields, and nothing else', async () => {
    const logger = await loggerAt(undefined);
    logger.debug({}, 'hidden');
    logger.info({}, 'hidden');
    logger.warn({ port: 80, list: [1] }, 'careful');
    logger.error({ err: new Error('why') }, 'broken');
    logger.error({ err: { big: 1n } }, 'odd');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toBe('gev warning: careful port=80 list=[1]');
    expect(lines[1]).toMatch(/^gev error: broken err=Error: why\n {4}at /);
    expect(lines[2]).toMatch(/^gev error: odd err=\(a value of type object/);
  });

  it('prints what lies beneath an error', async () => {
    const logger = await loggerAt('');
    const cause = new TypeError('beneath');
    logger.error({ err: new Error('above', { cause }) }, 'broken');
    expect(lines[0]).toMatch(/Error: above\n.*\[cause\]: TypeError: beneath\n/s);
  });

  it('lets nothing that a peer sent begin a line, or speak to the terminal', async () => {
    const logger = await loggerAt('');
    const sent = 'a\r\ngev error: forged\u001b[2J\u009b';
    logger.warn({ sent, list: [sent] }, 'odd');
    logger.error({ err: new Error(sent) }, 'odd');
    logger.warn({}, sent);
    expect(lines[2]).toBe('gev warning: a\\x0d\\ngev error: forged\\x1b[2J\\x9b');
    const escaped = 'a\\x0d\\ngev error: forged\\x1b[2J\\x9b';
    expect(lines[0]!.startsWith(`gev warning: odd sent=${escaped} list=`)).toBe(true);
    expect(lines[0]).not.toContain('\n');
    expect(lines[1]!.split('\n').filter((line) => /^\S/.test(line))).toHaveLength(1);
    expect(lines.join('')).not.toMatch(/[^\P{Cc}\n]/u);
  });

  it.each([
    ['silent', []],
    ['error', ['gev error: error']],
    ['warn', ['gev warning: warn', 'gev error: error']],
    ['info', ['gev info: info', 'gev warning: warn', 'gev error: error']],
    ['DEBUG', ['gev debug: debug', 'gev info: info', 'gev warning: warn', 'gev error: error']],
  ])('shows with GEV_LOG_LEVEL=%s: %j', async (level, expected) => {
    logOnEach(await loggerAt(level));
    expect(lines).toEqual(expected);
  });

  it('says once that a level is none, and shows warnings', async () => {
    const logger = await loggerAt('loud');
    logOnEach(logger);
    logOnEach(logger);
    const told =
      "gev warning: GEV_LOG_LEVEL is 'loud': give one of silent, error, warn, info, debug; warn is used";
    const shown = ['gev warning: warn', 'gev error: error'];
    expect(lines).toEqual([told, ...shown, ...shown]);
  });
});
