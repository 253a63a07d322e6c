import { setTimeout as sleep } from 'node:timers/promises';
import type { CloseReason, Connection } from '@gev/core';
import { describe, expect, it } from 'vitest';
import { Client, until } from './client.js';
import { pollers } from './pollers.js';
import { serve } from './serve.js';

/** Notes when connections came and went, in ms. */
function timing(onMessage: (c: Connection, data: Uint8Array) => void = () => {}) {
  const notes = {
    opened: 0,
    closed: 0,
    reason: '' as CloseReason | '',
    connections: [] as Connection[],
  };
  const handler = {
    onConnect(c: Connection) {
      notes.opened = performance.now();
      notes.connections.push(c);
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
const PATIENCE = 500;

describe.each(pollers)('idle time-outs on $name', (choice) => {
  it.each([
    ['a number', 80],
    ['all', { all: 80 }],
    ['read', { read: 80, write: 0 }],
    ['write', { write: 80, all: 10_000 }],
  ])('close a silent connection on time: %s', async (_what, idleTimeout) => {
    const { notes, handler } = timing();
    await using server = await serve(choice, handler, { idleTimeout });
    const client = await Client.connect(server.address);
    await until(() => client.ended);
    await until(() => notes.reason !== '');
    expect(notes.reason).toBe('idle-timeout');
    expect(notes.closed - notes.opened).toBeGreaterThanOrEqual(80);
    expect(notes.closed - notes.opened).toBeLessThan(80 + PATIENCE);
    client.socket.destroy();
  });

  it('are put off by what arrives, for read', async () => {
    const { notes, handler } = timing();
    await using server = await serve(choice, handler, { idleTimeout: { read: 150 } });
    const client = await Client.connect(server.address);
    for (let i = 0; i < 6; i += 1) {
      client.socket.write('x');
      await sleep(50);
    }
    const written = performance.now();
    expect(notes.reason).toBe('');
    await until(() => notes.reason !== '');
    expect(notes.closed - written).toBeGreaterThan(90);
    client.socket.destroy();
  });

  it('are put off by what is sent, for write and all, not for read', async () => {
    const { notes, handler } = timing();
    const idleTimeout = { write: 150, all: 150, read: 700 };
    await using server = await serve(choice, handler, { idleTimeout });
    const client = await Client.connect(server.address);
    await until(() => notes.connections.length === 1);
    const sending = setInterval(() => {
      if (!notes.connections[0]!.closed) notes.connections[0]!.send('tick');
    }, 40);
    await until(() => notes.reason !== '');
    clearInterval(sending);
    expect(notes.reason).toBe('idle-timeout');
    expect(notes.closed - notes.opened).toBeGreaterThanOrEqual(700);
    client.socket.destroy();
  });

  it('are put off while a slow reader takes what is unsent', async () => {
    const { notes, handler } = timing((c) => void c.send(Buffer.alloc(12_000_000)));
    await using server = await serve(choice, handler, {
      idleTimeout: { write: 120 },
      sendBufferSize: 16_384,
    });
    const client = await Client.connect(server.address);
    client.socket.pause();
    client.socket.write('x');
    await until(() => (notes.connections[0]?.writeBufferLength ?? 0) > 0);
    for (let i = 0; i < 12; i += 1) {
      client.socket.resume();
      await sleep(1);
      client.socket.pause();
      await sleep(45);
      if (notes.connections[0]!.writeBufferLength === 0) break;
    }
    expect(notes.closed === 0 || notes.connections[0]!.writeBufferLength === 0).toBe(true);
    await until(() => notes.reason !== '');
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
    await using server = await serve(choice, handler, { idleTimeout: 100 });
    const client = await Client.connect(server.address);
    client.socket.end();
    await until(() => notes.reason !== '');
    const { closed } = notes;
    await sleep(150);
    expect(notes).toMatchObject({ reason: 'peer-closed', closed });
    expect(server.connections).toBe(0);
  });
});
