import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'gev';
import { describe, expect, it } from 'vitest';
import Ws, { WebSocketServer } from 'ws';
import { connectWebSocket } from '../src/index.js';
import { comparable, EXPECTED, SENT } from './interop-messages.js';
import { serve } from './serve.js';

const MODES = [
  { name: 'plain', ours: false, theirs: false },
  { name: 'deflate', ours: { threshold: 0 }, theirs: { threshold: 0 } },
  {
    name: 'deflate without take-over',
    ours: { threshold: 0, ownContextTakeover: false, peerContextTakeover: false },
    theirs: { threshold: 0 },
  },
  {
    name: 'deflate with small windows',
    ours: { threshold: 0, ownWindowBits: 9, peerWindowBits: 10 },
    theirs: { threshold: 0, clientMaxWindowBits: 9, serverMaxWindowBits: 10 },
  },
  {
    name: 'deflate where they have no take-over',
    ours: { threshold: 0 },
    theirs: { threshold: 0, clientNoContextTakeover: true, serverNoContextTakeover: true },
  },
] as const;

describe.each(MODES)('$name: our server', ({ ours, theirs }) => {
  it('echoes to a client of ws and closes in order', async () => {
    const closes: unknown[] = [];
    const compressing: boolean[] = [];
    await using server = await serve({
      deflate: ours,
      onOpen: (ws) => void compressing.push(ws.isCompressing),
      onMessage: (_ws, data) => data,
      onClose: (_ws, ...how) => void closes.push(how),
    });
    const ws = new Ws(server.url, { perMessageDeflate: theirs });
    const got: string[] = [];
    ws.on('message', (data, isBinary) => got.push(comparable(data, isBinary)));
    await once(ws, 'open');
    for (const message of SENT) ws.send(message);
    await expect.poll(() => got.length, { timeout: 20_000 }).toBe(EXPECTED.length);
    expect(got).toEqual(EXPECTED);
    expect(compressing).toEqual([ours !== false]);
    ws.ping('p');
    const [pong] = await once(ws, 'pong');
    expect(String(pong)).toBe('p');
    ws.close(3001, 'done');
    const [code] = await once(ws, 'close');
    expect(code).toBe(3001);
    await expect.poll(() => closes).toEqual([[3001, 'done', true]]);
  });
});

describe.each(MODES)('$name: our client', ({ ours, theirs }) => {
  it('echoes through a server of ws and closes in order', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: theirs });
    await once(server, 'listening');
    server.on('connection', (ws) => {
      ws.on('message', (data, isBinary) => ws.send(data, { binary: isBinary }));
    });
    const { port } = server.address() as AddressInfo;
    const got: string[] = [];
    const closes: unknown[] = [];
    const ws = await connectWebSocket(`ws://127.0.0.1:${port}/`, {
      connect,
      deflate: ours,
      onMessage: (_ws, data, isBinary) => void got.push(comparable(data, isBinary)),
      onClose: (_ws, ...how) => void closes.push(how),
    });
    expect(ws.isCompressing).toBe(theirs !== false);
    for (const message of SENT) ws.send(message);
    await expect.poll(() => got.length, { timeout: 20_000 }).toBe(EXPECTED.length);
    expect(got).toEqual(EXPECTED);
    ws.close(3002, 'done');
    await expect.poll(() => closes).toEqual([[3002, 'done', true]]);
    server.close();
  });
});

it('a server of ws closes first', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', (ws) => ws.close(4000, 'go'));
  const { port } = server.address() as AddressInfo;
  const closes: unknown[] = [];
  await connectWebSocket(`ws://127.0.0.1:${port}/`, {
    connect,
    onClose: (_ws, ...how) => void closes.push(how),
  });
  await expect.poll(() => closes).toEqual([[4000, 'go', true]]);
  server.close();
});
