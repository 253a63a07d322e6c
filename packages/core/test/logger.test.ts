import { afterEach, describe, expect, it, vi } from 'vitest';
import { stderrLogger } from '../src/index.js';

afterEach(() => vi.restoreAllMocks());

describe('the default logger', () => {
  it('prints warnings and errors with their fields, and nothing else', () => {
    const lines: string[] = [];
    vi.spyOn(console, 'error').mockImplementation((line) => void lines.push(line));
    stderrLogger.debug({}, 'hidden');
    stderrLogger.info({}, 'hidden');
    stderrLogger.warn({ port: 80, list: [1] }, 'careful');
    stderrLogger.error({ error: new Error('why') }, 'broken');
    stderrLogger.error({ error: { big: 1n } }, 'odd');
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(/^gev error: odd error=\(a value of type object/);
    expect(lines[0]).toBe('gev warning: careful port=80 list=[1]');
    expect(lines[1]).toMatch(/^gev error: broken error=Error: why/);
  });
});
