import { setTimeout as sleep } from 'node:timers/promises';
import type { CloseReason, Connection } from '@gev/core';
import { describe, expect, it } from 'vitest';
import { Client, until } from './client.js';
import { pollers } from './pollers.js';
import { serve } from './serve.js';
import { stall } from './stall.js';

/** Notes when the last connection went, in ms, and why. */
function timing(
  onMessage: (c: Connection, data: Uint8Array) => void = () => {},
  onConnect: (c: Connection) => void = () => {},
) {
  const notes = {
    closed: 0,
    reason: '' as CloseReason | '',
    connections: [] as Connection[],
  };
  const handler = {
    onConnect(c: Connection) {
      notes.connections.push(c);
      onConnect(c);
    },
    onMessage,
    onClose(_c: Connection, reason: CloseReason) {
      notes.closed = performance.now();
      notes.reason = reason;
    },
  };
  return { notes, handler };
}

/** How late a time-out may be on a machine that is busy; early it may never be. */
const PATIENCE = 5_000;

/** Takes 200 kB every 20 ms; returns how to stop. */
function readSlowly({ socket }: Client): () => void {
  let taken = 0;
  const take = (chunk: Buffer) => {
    taken += chunk.length;
    if (taken < 200_000) return;
    taken = 0;
    socket.pause();
  };
  socket.on('data', take);
  const taking = setInterval(() => socket.resume(), 20);
  return () => {
    clearInterval(taking);
    socket.off('data', take);
  };
}

describe.each(pollers)('idle time-outs on $name', (choice) => {
  it.each([
    ['a number', 80],
    ['all', { all: 80 }],
    ['read', { read: 80, write: 0 }],
    ['write', { write: 80, all: 10_000 }],
  ])('close a silent connection on time: %s', async (_what, idleTimeout) => {
    const { notes, handler } = timing();
    await using server = await serve(choice, handler, { idleTimeout });
    const opened = performance.now();
    const client = await Client.connect(server.address);
    await until(() => client.ended);
    await until(() => notes.reason !== '');
    expect(notes.reason).toBe('idle-timeout');
    expect(notes.closed - opened).toBeGreaterThanOrEqual(80);
    expect(notes.closed - opened).toBeLessThan(80 + PATIENCE);
    client.socket.destroy();
  });

  it('are put off by what arrives, for read', async () => {
    const { notes, handler } = timing();
    await using server = await serve(choice, handler, { idleTimeout: { read: 500 } });
    const client = await Client.connect(server.address);
    let written = 0;
    for (let i = 0; i < 18; i += 1) {
      written = performance.now();
      client.socket.write('x');
      await sleep(40);
    }
    await until(() => notes.reason !== '');
    expect(notes.reason).toBe('idle-timeout');
    expect(notes.closed - written).toBeGreaterThanOrEqual(500);
    client.socket.destroy();
  });

  it('are put off by what is sent, for write and all, not for read', async () => {
    const { notes, handler } = timing();
    const idleTimeout = { write: 500, all: 500, read: 1_200 };
    await using server = await serve(choice, handler, { idleTimeout });
    const opened = performance.now();
    const client = await Client.connect(server.address);
    await until(() => notes.connections.length === 1);
    const sending = setInterval(() => {
      if (!notes.connections[0]!.closed) notes.connections[0]!.send('tick');
    }, 40);
    await until(() => notes.reason !== '');
    clearInterval(sending);
    expect(notes.reason).toBe('idle-timeout');
    expect(notes.closed - opened).toBeGreaterThanOrEqual(1_200);
    client.socket.destroy();
  });

  // The node poller hears of nothing between the beginning and the end of a write of node:net, which
  // takes all that waits: a reader that needs longer for it than the time-out looks idle.
  const seesReading = choice.name !== 'node';

  it.skipIf(!seesReading).each([
    ['sent in onMessage', { write: 300 }],
    ['sent in onConnect', 300],
  ])('are put off while a slow reader takes what is unsent: %s', async (when, idleTimeout) => {
    const send = (c: Connection) => void c.send(Buffer.alloc(12_000_000));
    const { notes, handler } = when === 'sent in onConnect' ? timing(() => {}, send) : timing(send);
    // What the kernel holds for a reader cannot be seen to be taken, so let it hold little.
    await using server = await serve(choice, handler, { idleTimeout, sendBufferSize: 65_536 });
    const client = await Client.connect(server.address);
    client.socket.pause();
    client.socket.write('x');
    await until(() => (notes.connections[0]?.writeBufferLength ?? 0) > 0);
    const began = performance.now();
    const stop = readSlowly(client);
    await until(() => notes.connections[0]!.writeBufferLength === 0);
    stop();
    // Closed, it would have nothing unsent either.
    expect(notes.reason).toBe('');
    expect(performance.now() - began).toBeGreaterThan(300);
    client.socket.resume();
    await client.receive(12_000_000);
    await until(() => notes.reason !== '');
    expect(notes.reason).toBe('idle-timeout');
    client.socket.destroy();
  });

  it('blame no peer for a stall of the thread, in which it was not heard', async () => {
    const { notes, handler } = timing((c) => c.destroy());
    await using server = await serve(choice, handler, { idleTimeout: 200 });
    const client = await Client.connect(server.address);
    await until(() => notes.connections.length === 1);
    client.socket.write('x');
    stall(500);
    await until(() => notes.reason !== '');
    expect(notes.reason).toBe('local-destroyed');
    client.socket.destroy();
  });

  it('close a peer that takes nothing, though bytes wait', async () => {
    const { notes, handler } = timing((c) => void c.send(Buffer.alloc(12_000_000)));
    await using server = await serve(choice, handler, { idleTimeout: { write: 100 } });
    const client = await Client.connect(server.address);
    client.socket.pause();
    client.socket.write('x');
    await until(() => notes.reason !== '');
    expect(notes.reason).toBe('idle-timeout');
    client.socket.destroy();
  });

  it('leave nothing behind when a connection closes before', async () => {
    const { notes, handler } = timing();
    await using server = await serve(choice, handler, { idleTimeout: 500 });
    const client = await Client.connect(server.address);
    client.socket.end();
    await until(() => notes.reason !== '');
    const { closed } = notes;
    await sleep(600);
    expect(notes).toMatchObject({ reason: 'peer-closed', closed });
    expect(server.connections).toBe(0);
  });
});
