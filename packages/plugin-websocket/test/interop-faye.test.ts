import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Faye from 'faye-websocket';
import { connect } from 'gev';
import deflate from 'permessage-deflate';
import { describe, expect, it } from 'vitest';
import { connectWebSocket } from '../src/index.js';
import { comparable, EXPECTED, SENT } from './interop-messages.js';
import { serve } from './serve.js';

const MODES = [
  { name: 'plain', ours: false, extensions: [] },
  { name: 'deflate', ours: { threshold: 0 }, extensions: [deflate] },
  {
    name: 'deflate without take-over',
    ours: { threshold: 0, ownContextTakeover: false, peerContextTakeover: false },
    extensions: [deflate],
  },
  {
    name: 'deflate as faye asks for it',
    ours: { threshold: 0 },
    extensions: [
      deflate.configure({
        noContextTakeover: true,
        maxWindowBits: 10,
        requestNoContextTakeover: true,
        requestMaxWindowBits: 11,
      }),
    ],
  },
];

const heardBy = (peer: Faye) => {
  const got: string[] = [];
  peer.on('message', ({ data }) => got.push(comparable(data, typeof data !== 'string')));
  return got;
};

describe.each(MODES)('$name: our server and the client of faye', ({ ours, extensions }) => {
  it('echo, ping each other and close in order', async () => {
    const closes: unknown[] = [];
    const pongs: string[] = [];
    await using server = await serve({
      deflate: ours,
      protocols: ['b'],
      onOpen: (ws) => {
        expect(ws.isCompressing).toBe(ours !== false);
        ws.ping('from here');
      },
      onPong: (_ws, data) => void pongs.push(Buffer.from(data).toString()),
      onMessage: (_ws, data) => data,
      onClose: (_ws, ...how) => void closes.push(how),
    });
    const peer = new Faye.Client(server.url, ['a', 'b'], { extensions });
    const got = heardBy(peer);
    await once(peer, 'open');
    expect(peer.protocol).toBe('b');
    for (const message of SENT) peer.send(message);
    await expect.poll(() => got.length, { timeout: 20_000 }).toBe(EXPECTED.length);
    expect(got).toEqual(EXPECTED);
    await new Promise<void>((resolve) => peer.ping('from there', resolve));
    await expect.poll(() => pongs).toEqual(['from here']);
    peer.close(3001, 'done');
    const [{ code }] = await once(peer, 'close');
    expect(code).toBe(3001);
    await expect.poll(() => closes).toEqual([[3001, 'done', true]]);
  });
});

/** A server of faye: `onPeer` gets each of its connections. */
async function serveFaye(onPeer: (peer: Faye) => void, extensions: unknown[] = []) {
  const server = createServer();
  server.on('upgrade', (request, socket, head) => {
    onPeer(new Faye(request, socket, head, ['b'], { extensions }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `ws://127.0.0.1:${port}/`, [Symbol.dispose]: () => server.close() };
}

describe.each(MODES)('$name: our client and the server of faye', ({ ours, extensions }) => {
  it('echo, ping each other and close in order', async () => {
    let pongs = 0;
    using server = await serveFaye((peer) => {
      peer.on('message', ({ data }) => peer.send(data));
      peer.ping('from there', () => {
        pongs += 1;
      });
    }, extensions);
    const got: string[] = [];
    const closes: unknown[] = [];
    const heard: string[] = [];
    const ws = await connectWebSocket(server.url, {
      connect,
      deflate: ours,
      protocols: ['a', 'b'],
      onMessage: (_ws, data, isBinary) => void got.push(comparable(data, isBinary)),
      onPong: (_ws, data) => void heard.push(Buffer.from(data).toString()),
      onClose: (_ws, ...how) => void closes.push(how),
    });
    expect({ compressing: ws.isCompressing, protocol: ws.protocol }).toEqual({
      compressing: ours !== false,
      protocol: 'b',
    });
    for (const message of SENT) ws.send(message);
    ws.ping('from here');
    await expect.poll(() => got.length, { timeout: 20_000 }).toBe(EXPECTED.length);
    expect(got).toEqual(EXPECTED);
    await expect.poll(() => ({ pongs, heard })).toEqual({ pongs: 1, heard: ['from here'] });
    ws.close(3002, 'done');
    await expect.poll(() => closes).toEqual([[3002, 'done', true]]);
  });
});

it('a server of faye closes first', async () => {
  using server = await serveFaye((peer) => {
    peer.on('open', () => peer.close(4000, 'go'));
  });
  const closes: unknown[] = [];
  await connectWebSocket(server.url, {
    connect,
    onClose: (_ws, ...how) => void closes.push(how),
  });
  await expect.poll(() => closes).toEqual([[4000, 'go', true]]);
});

it('our server closes a client of faye first', async () => {
  await using server = await serve({ onOpen: (ws) => ws.close(4000, 'go') });
  const peer = new Faye.Client(server.url);
  const [{ code, reason }] = await once(peer, 'close');
  expect({ code, reason }).toEqual({ code: 4000, reason: 'go' });
});
