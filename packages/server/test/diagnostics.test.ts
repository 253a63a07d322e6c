import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { type Diagnostics, onDiagnostic } from '@gev/core';
import { afterEach, describe, expect, it } from 'vitest';
import { watched } from '../src/diagnostics.js';
import { Client as OutboundClient } from '../src/index.js';
import { Client, until } from './client.js';
import { pollers } from './pollers.js';
import { serve } from './serve.js';
import { Lines, Threads } from './threads.js';

const natives = pollers.filter(({ name }) => name !== 'node');
const watches: (() => void)[] = [];

function watch<Name extends keyof Diagnostics>(
  name: Name,
  listener: (message: Diagnostics[Name]) => void,
): void {
  watches.push(onDiagnostic(name, listener));
}

afterEach(() => {
  for (const stop of watches.splice(0)) stop();
});

/** Sends, waits for the end of the connection, and closes. */
async function say(address: string, text: string): Promise<void> {
  const client = await Client.connect(address);
  client.socket.end(text);
  await until(() => client.ended);
  client.socket.destroy();
}

describe.each(pollers)('channels of connections on $name', (poller) => {
  it('tell of its life, in the order of the callbacks', async () => {
    const told: string[] = [];
    watch('gev:connection:open', ({ connection }) => told.push(`open ${connection.id}`));
    watch('gev:message', ({ connection, message }) => {
      told.push(`message ${connection.id} ${Buffer.from(message as Uint8Array)}`);
    });
    watch('gev:message:end', ({ reply }) => told.push(`reply ${reply}`));
    watch('gev:connection:close', ({ connection, reason }) => {
      told.push(`close ${connection.id} ${reason} ${connection.closed}`);
    });
    await using server = await serve(poller, {
      onConnect: () => void told.push('onConnect'),
      onMessage: (_c, data) => {
        told.push(`onMessage ${Buffer.from(data)}`);
        return 'yes';
      },
      onClose: () => void told.push('onClose'),
    });
    await say(server.address, 'hello');
    await until(() => told.includes('onClose'));
    expect(told).toEqual([
      'open 1',
      'onConnect',
      'message 1 hello',
      'onMessage hello',
      'reply yes',
      'close 1 peer-closed true',
      'onClose',
    ]);
  });

  it('tell of what a handler throws, and of what a peer does wrong', async () => {
    const told: unknown[] = [];
    watch('gev:message:end', ({ error }) => told.push(error));
    watch('gev:error', ({ connection, error }) => told.push([connection?.id, error]));
    const bug = new Error('a bug');
    const handler = {
      onMessage: () => {
        throw bug;
      },
      onError: () => {
        throw new Error('another bug');
      },
    };
    await using server = await serve(poller, handler, { logger: new Lines().logger });
    await say(server.address, 'x');
    expect(told).toMatchObject([
      bug,
      [1, { code: 'ERR_GEV_HANDLER', cause: bug }],
      [1, { code: 'ERR_GEV_HANDLER', cause: { message: 'another bug' } }],
    ]);
    await using strict = await serve(
      poller,
      { onMessage: () => {}, onError: () => {} },
      { protocol: { unpack: () => undefined, pack: () => {} }, maxInputBuffer: 10 },
    );
    const client = await Client.connect(strict.address);
    client.socket.write('far too much');
    await until(() => told.length === 4);
    expect(told[3]).toMatchObject([1, { code: 'ERR_GEV_INPUT_LIMIT' }]);
    client.socket.destroy();
  });

  it('tell of every attempt to connect that fails, and that reconnecting is given up', async () => {
    const told: unknown[] = [];
    watch('gev:error', ({ connection, error }) => told.push([connection?.id, error]));
    const server = await serve(poller, { onMessage: () => {} });
    const logger = new Lines().logger;
    const reconnect = { retries: 1, minDelay: 1, maxDelay: 2 };
    const handler = { onMessage: () => {} };
    const client = OutboundClient.on(poller);
    await client.connect(server.address, { handler, reconnect, logger });
    await server.close({ timeout: 0 });
    await until(() => told.length === 3);
    const attempt = [undefined, { code: 'ERR_GEV_IO', cause: { errno: 'ECONNREFUSED' } }];
    expect(told).toMatchObject([attempt, attempt, [undefined, { code: 'ERR_GEV_CONNECT' }]]);
    await client.close();
  });

  it('bind a store that the handler runs in, and what it leaves for later', async () => {
    const store = new AsyncLocalStorage<string>();
    const messages = channel('gev:message');
    messages.bindStore(store, () => 'traced');
    const found: (string | undefined)[] = [];
    await using server = await serve(poller, {
      onMessage(c) {
        found.push(store.getStore());
        setImmediate(() => {
          found.push(store.getStore());
          c.send('done');
        });
      },
    });
    const client = await Client.connect(server.address);
    client.socket.write('x');
    await client.receive(4);
    expect(found).toEqual(['traced', 'traced']);
    messages.unbindStore(store);
    client.socket.destroy();
  });

  it('go on when a listener throws: the process hears of it', async () => {
    const thrown: unknown[] = [];
    // The test runner listens itself, and would fail the test.
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => thrown.push(error));
    watch('gev:message', () => {
      throw new Error('a broken listener');
    });
    await using server = await serve(poller, { onMessage: (_c, data) => data });
    const client = await Client.connect(server.address);
    client.socket.write('hello');
    await client.receive(5);
    await until(() => thrown.length === 1);
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
    expect(thrown).toMatchObject([{ message: 'a broken listener' }]);
    client.socket.destroy();
  });
});

describe.each(natives)('channels of threads on $name', (choice) => {
  it('tell of connections in the thread of their loop', async () => {
    const here: unknown[] = [];
    watch('gev:connection:open', () => here.push('open'));
    const handler = new URL('./fixtures/watching.mjs', import.meta.url);
    await using threads = await Threads.start(choice, { handler });
    await say(threads.server.address, 'hello');
    await until(() => threads.posts.length === 3);
    expect(threads.posts).toEqual([
      { name: 'gev:connection:open', loop: 0, connection: 2 },
      { name: 'gev:message', loop: 0, connection: 2 },
      { name: 'gev:connection:close', loop: 0, connection: 2 },
    ]);
    expect(here).toEqual([]);
  });

  it('tell the thread of the server that one died', async () => {
    const exits: unknown[] = [];
    watch('gev:worker:exit', (exit) => exits.push(exit));
    await using threads = await Threads.start(choice);
    const members = await threads.members(3);
    threads.server.loops[0]!.post({ die: 'timer' });
    await until(() => exits.length === 1);
    expect(exits).toMatchObject([
      { loop: 0, connections: 2, error: { message: 'died in a timer' } },
    ]);
    await until(() => threads.starts.length === 1);
    for (const { socket } of members) socket.destroy();
  });
});

describe('a channel without listeners', () => {
  it('puts nothing between a connection and its handler', () => {
    const handler = { onMessage: () => {} };
    expect(watched(handler)).toBe(handler);
    watch('gev:message', () => {});
    expect(watched(handler)).not.toBe(handler);
    watches.pop()!();
    expect(watched(handler)).toBe(handler);
  });
});
