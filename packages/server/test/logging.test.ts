import { Writable } from 'node:stream';
import type { Logger } from '@gev/core';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Client, until } from './client.js';
import { pollers } from './pollers.js';
import { serve } from './serve.js';
import { Threads } from './threads.js';

const choice = pollers[0]!;
const natives = pollers.filter(({ name }) => name !== 'node');

/** What pino writes, parsed. */
class PinoLines {
  readonly lines: Record<string, unknown>[] = [];
  readonly logger = pino(
    { level: 'debug' },
    new Writable({
      write: (chunk, _encoding, done) => {
        this.lines.push(JSON.parse(String(chunk)));
        done();
      },
    }),
  );

  with(msg: string): Record<string, unknown> | undefined {
    return this.lines.find((line) => line['msg'] === msg);
  }
}

async function breakHandler(logger: Logger): Promise<void> {
  await using server = await serve(choice, { onMessage: boom }, { logger });
  const client = await Client.connect(server.address);
  client.socket.end('x');
  await until(() => client.ended);
  client.socket.destroy();
}

const UNHANDLED = 'a handler threw and there is no onError';

describe('a logger', () => {
  afterEach(() => vi.restoreAllMocks());

  it('may be pino: levels, fields, and errors with what lies beneath them', async () => {
    const written = new PinoLines();
    await breakHandler(written.logger);
    expect(written.with('listening')).toMatchObject({ level: 30, poller: choice.name, loops: 1 });
    expect(written.with(UNHANDLED)).toMatchObject({ level: 50, connection: 1 });
    const { err } = written.with(UNHANDLED) as { err: Record<string, string> };
    expect(err).toMatchObject({ type: 'GevError', code: 'ERR_GEV_HANDLER' });
    expect(err['stack']).toMatch(/caused by: Error: on purpose\n.*boom/s);
    expect(written.with('closed')).toMatchObject({ level: 30 });
  });

  it('may be a child of pino', async () => {
    const written = new PinoLines();
    await breakHandler(written.logger.child({ service: 'echo' }));
    expect(written.with(UNHANDLED)).toMatchObject({ service: 'echo', connection: 1 });
  });

  it('may be the console', async () => {
    const told: unknown[][] = [];
    vi.spyOn(console, 'info').mockImplementation(() => {});
    vi.spyOn(console, 'error').mockImplementation((...line) => void told.push(line));
    await breakHandler(console);
    expect(told).toEqual([[{ connection: 1, err: expect.any(Error) }, UNHANDLED]]);
  });

  it('that throws keeps nothing from going on', async () => {
    const thrown: unknown[] = [];
    // The test runner listens itself, and would fail the test.
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => thrown.push(error));
    const logger: Logger = { debug: boom, info: boom, warn: boom, error: boom };
    await breakHandler(logger);
    await until(() => thrown.length === 3);
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
    expect(thrown).toMatchObject(new Array(3).fill({ message: 'on purpose' }));
  });
});

describe.each(natives)('the log of threads on $name', (choice) => {
  it('is written by the server, with errors as the errors they were', async () => {
    const written = new PinoLines();
    await using threads = await Threads.start(choice, { logger: written.logger });
    const [member] = await threads.members(1);
    await member!.ask('broken');
    await until(() => written.with(UNHANDLED) !== undefined);
    const { err } = written.with(UNHANDLED) as { err: Record<string, string> };
    expect(err).toMatchObject({ code: 'ERR_GEV_HANDLER' });
    expect(err['stack']).toMatch(/caused by: RangeError: broken\n.*member\.mjs/s);
  });

  it('tells who died and that it is back', async () => {
    const written = new PinoLines();
    await using threads = await Threads.start(choice, { logger: written.logger });
    threads.server.loops[1]!.post({ die: 'timer' });
    await until(() => written.with('the loop takes connections again') !== undefined);
    const died = written.lines.find(({ level }) => level === 50);
    expect(died).toMatchObject({ loop: 1, err: { message: 'died in a timer' } });
    expect(written.with('the loop takes connections again')).toMatchObject({ level: 30, loop: 1 });
  });
});

function boom(): never {
  throw new Error('on purpose');
}
