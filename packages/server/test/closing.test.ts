import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CloseReason, Connection } from '@gev/core';
import { describe, expect, it } from 'vitest';
import { Deadline } from '../src/deadline.js';
import { iterableHandler } from '../src/index.js';
import { until } from './client.js';
import { frames } from './fixtures/frames.mjs';
import { pollers } from './pollers.js';
import { serve } from './serve.js';
import { stall } from './stall.js';
import { Threads } from './threads.js';

/** A client of node:net that notes what it hears. */
function client(address: string) {
  const socket = connect(Number(new URL(address).port), '127.0.0.1');
  const heard = { socket, bytes: 0, text: '', ended: false };
  socket.on('data', (chunk: Buffer) => {
    heard.bytes += chunk.length;
    heard.text += chunk;
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    heard.ended = true;
  });
  return heard;
}

describe.each(pollers)('a server that stops on $name', (choice) => {
  it('waits for what a handler says is under way', async () => {
    const reasons: CloseReason[] = [];
    const answers = new Map<Connection, Promise<void>>();
    const server = await serve(choice, {
      onMessage(c, data) {
        const text = Buffer.from(data).toString();
        answers.set(
          c,
          sleep(50).then(() => void c.send(`answer to ${text}`)),
        );
      },
      onClosing: (c) => answers.get(c),
      onClose: (_c, reason) => void reasons.push(reason),
    });
    const [asking, silent] = [client(server.address), client(server.address)];
    asking.socket.write('one');
    await until(() => answers.size === 1 && server.connections === 2);
    await server.close({ timeout: 10_000 });
    await until(() => asking.ended && silent.ended);
    expect([asking.text, silent.text]).toEqual(['answer to one', '']);
    expect(reasons).toEqual(['server-closing', 'server-closing']);
  });

  it('lets an async function answer what it has read', async () => {
    const answer = iterableHandler(async (messages, c) => {
      for await (const message of messages) {
        await sleep(50);
        c.send(`answer to ${Buffer.from(message)}`);
      }
    });
    const reasons: CloseReason[] = [];
    const server = await serve(choice, {
      ...answer,
      onClose(c, reason) {
        reasons.push(reason);
        answer.onClose?.(c, reason);
      },
    });
    const asking = client(server.address);
    asking.socket.write('one');
    await until(() => server.connections === 1);
    await sleep(10);
    await server.close({ timeout: 10_000 });
    await until(() => asking.ended);
    expect(asking.text).toBe('answer to one');
    expect(reasons).toEqual(['server-closing']);
  });

  it('waits no longer than its deadline, and reports what fails', async () => {
    const codes: string[] = [];
    let closings = 0;
    const server = await serve(choice, {
      onMessage() {},
      onClosing(_c) {
        closings += 1;
        if (closings === 1) throw new Error('at once');
        return closings === 2 ? Promise.reject(new Error('later')) : new Promise(() => {});
      },
      onError: (_c, { code }) => void codes.push(code),
    });
    const clients = [1, 2, 3].map(() => client(server.address));
    await until(() => server.connections === 3);
    await server.close({ timeout: 100 });
    await until(() => clients.every(({ ended }) => ended));
    expect(codes).toEqual(['ERR_GEV_HANDLER', 'ERR_GEV_HANDLER']);
  });

  it('answers requests that were read but waited, because their replies did', async () => {
    const REPLIES = 20;
    const reply = 'x'.repeat(200_000);
    const server = await serve(
      choice,
      { onMessage: (_c, _text: string) => reply },
      {
        protocol: frames,
        highWatermark: 1000,
        lowWatermark: 100,
      },
    );
    const slow = client(server.address);
    slow.socket.pause();
    const request = Buffer.from('\0\0\0\x02hi', 'latin1');
    slow.socket.write(Buffer.concat(Array.from({ length: REPLIES }, () => request)));
    await sleep(100);
    const closed = server.close({ timeout: 10_000 });
    slow.socket.resume();
    await closed;
    await until(() => slow.ended);
    expect(slow.bytes).toBe(REPLIES * (4 + reply.length));
  });

  it.each([1, 2])('hears what is posted by the last onClose, from %i loops', async (loops) => {
    const threads = await Threads.start(choice, { loops });
    await threads.members(6);
    await threads.server.close({ timeout: 5000 });
    await until(() => threads.posts.length === 6);
  });

  it('leaves no timer behind, however often it is closed', async () => {
    const server = await serve(choice, { onMessage() {} });
    await server.close({ timeout: 20_000 });
    const timers = () => process.getActiveResourcesInfo().filter((each) => each === 'Timeout');
    const before = timers().length;
    await server.close({ timeout: 4000 });
    await server.close({ timeout: 3000 });
    expect(timers()).toHaveLength(before);
  });
});

describe('a server that never gets to listen', () => {
  it('can be closed all the same', async () => {
    const endless = new URL('data:text/javascript,await new Promise(() => {})');
    const threads = new Threads(pollers[0]!, { handler: endless });
    const listening = threads.server.listen().catch((error: unknown) => error);
    await threads.server.close({ timeout: 100 });
    expect(await listening).toBeInstanceOf(Error);
  });
});

describe('Deadline', () => {
  it('moves nearer only, and not at all when it is over', async () => {
    const deadline = new Deadline();
    deadline.within(5000);
    deadline.within(10_000);
    expect(deadline.left).toBeLessThanOrEqual(5000);
    deadline.within(1);
    await deadline.passed;
    deadline.cancel();
    deadline.within(0);
    expect(deadline.left).toBe(0);
  });
});

describe.each(pollers)('a connection that closes on $name', (choice) => {
  it('sends the rest also where the thread was stalled for longer than closeTimeout', async () => {
    const reasons: CloseReason[] = [];
    const size = 12_000_000;
    await using server = await serve(
      choice,
      {
        onConnect(c) {
          c.send(Buffer.alloc(size));
          c.close();
          setImmediate(() => stall(1200));
        },
        onMessage() {},
        onClose: (_c, reason) => void reasons.push(reason),
      },
      { closeTimeout: 1000 },
    );
    const heard = client(server.address);
    await until(() => reasons.length === 1 && heard.ended);
    expect([heard.bytes, reasons]).toEqual([size, ['local-closed']]);
  });
});
