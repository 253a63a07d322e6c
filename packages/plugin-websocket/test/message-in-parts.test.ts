import { once } from 'node:events';
import { connect } from 'gev';
import { describe, expect, it } from 'vitest';
import Ws, { WebSocketServer } from 'ws';
import { connectWebSocket, type OutgoingMessage, publish, type WebSocket } from '../src/index.js';
import { shaken } from './raw-peer.js';
import { serve } from './serve.js';
import { closeOf, masked, readFrames } from './wire.js';

const MiB = 1024 * 1024;

/** A server whose last WebSocket is at hand, and a raw client of it. */
async function pair(options: Parameters<typeof serve>[0] = {}, more: object = {}) {
  let socket: WebSocket | undefined;
  const server = await serve<undefined>(
    {
      ...options,
      onOpen: (ws) => {
        socket = ws;
      },
    } as Parameters<typeof serve<undefined>>[0],
    more,
  );
  const peer = await shaken(server.url);
  await expect.poll(() => socket).toBeDefined();
  const frames = () =>
    readFrames(peer.received).map(({ opcode, fin, payload }) => [opcode, fin, String(payload)]);
  return { server, peer, ws: socket!, frames, [Symbol.asyncDispose]: () => server.close() };
}

describe('a message in parts', () => {
  it.each([
    ['text', 1],
    ['binary', 2],
  ] as const)('is one %s message of a frame each', async (type, opcode) => {
    await using all = await pair();
    const message = all.ws.beginMessage(type);
    expect(message.write('one')).toBe(true);
    expect(message.write(Buffer.from('two'))).toBe(true);
    expect(message.write('')).toBe(true);
    expect(message.end('three')).toBe(true);
    all.ws.beginMessage(type).end();
    await expect.poll(all.frames).toEqual([
      [opcode, false, 'one'],
      [0, false, 'two'],
      [0, false, ''],
      [0, true, 'three'],
      [opcode, true, ''],
    ]);
  });

  it('puts characters together whose halves are in two strings', async () => {
    await using all = await pair();
    const message = all.ws.beginMessage('text');
    for (const half of 'a😀b😀'.split('')) message.write(half);
    message.write('\ud83d');
    message.write(Buffer.from('c'));
    message.end('\ud83d');
    await expect.poll(() => all.frames().at(-1)?.[1]).toBe(true);
    const whole = all.frames().reduce((text, [, , part]) => text + String(part), '');
    expect(whole).toBe('a😀b😀\ufffdc\ufffd');
  });

  it('lets pings and pongs through, and all else wait behind it, in order', async () => {
    await using all = await pair({ onMessage: (_ws, data) => `reply to ${String(data)}` });
    const { ws, peer, server } = all;
    ws.subscribe('news');
    const message = ws.beginMessage('text');
    message.write('begun');
    const bytes = Buffer.from('bytes');
    const flushed: unknown[] = [];
    expect(ws.send('text')).toBe(true);
    ws.send(bytes, { onFlushed: (error) => void flushed.push(error) });
    bytes.fill('x');
    ws.ping('ping');
    publish(ws.connection.loop, 'news', 'news');
    server.broadcast('to all');
    peer.socket.write(Buffer.concat([masked(9, 'pong'), masked(1, 'asked')]));
    await expect.poll(() => all.frames().length).toBe(3);
    expect(ws.bufferedAmount).toBeGreaterThan(0);
    expect(flushed).toEqual([]);
    message.end('ended');
    await expect.poll(all.frames).toEqual([
      [1, false, 'begun'],
      [9, true, 'ping'],
      [10, true, 'pong'],
      [0, true, 'ended'],
      [1, true, 'text'],
      [2, true, 'bytes'],
      [1, true, 'news'],
      [1, true, 'to all'],
      [1, true, 'reply to asked'],
    ]);
    await expect.poll(() => flushed).toEqual([undefined]);
    expect(ws.bufferedAmount).toBe(0);
  });

  it('is one at a time, of one of two types, and over with its end', async () => {
    await using all = await pair();
    const wrong = { code: 'ERR_GEV_INVALID_OPTION' };
    expect(() => all.ws.beginMessage('blob' as 'text')).toThrow(expect.objectContaining(wrong));
    const message = all.ws.beginMessage('text');
    expect(() => all.ws.beginMessage('text')).toThrow(expect.objectContaining(wrong));
    expect(() => message.write(5 as unknown as string)).toThrow(expect.objectContaining(wrong));
    expect(() => all.ws.send(5 as unknown as string)).toThrow(expect.objectContaining(wrong));
    message.end('whole');
    const ended = { code: 'ERR_GEV_CLOSED' };
    expect(() => message.write('more')).toThrow(expect.objectContaining(ended));
    expect(() => message.end()).toThrow(expect.objectContaining(ended));
    all.ws.send('next');
    await expect.poll(all.frames).toEqual([
      [1, true, 'whole'],
      [1, true, 'next'],
    ]);
  });

  it('is dropped where the WebSocket closes, and what waits is told', async () => {
    const closes: unknown[] = [];
    await using all = await pair({ onClose: (_ws, ...how) => void closes.push(how) });
    const { ws, peer } = all;
    const message = ws.beginMessage('text');
    message.write('begun');
    const told = new Promise((resolve) => ws.send('waits', { onFlushed: resolve }));
    ws.close(4000, 'enough');
    const late = new Promise((resolve) => message.write('late', { onFlushed: resolve }));
    expect(message.end('ended')).toBe(false);
    expect(await told).toMatchObject({ code: 'ERR_GEV_CLOSED' });
    expect(await late).toMatchObject({ code: 'ERR_GEV_CLOSED' });
    await expect.poll(() => all.frames().length).toBe(2);
    expect(closeOf(readFrames(peer.received)[1]!)).toEqual([4000, 'enough']);
    peer.socket.write(masked(8, Buffer.from([0x0f, 0xa0])));
    await expect.poll(() => closes).toEqual([[4000, '', true]]);
    const none = ws.beginMessage('binary');
    expect([none.write('x'), none.end()]).toEqual([false, false]);
  });

  it('of a connection that breaks off tells what waits behind it, before onClose', async () => {
    let isOver = false;
    await using all = await pair({
      deflate: { threshold: 0 },
      onClose: () => {
        isOver = true;
      },
    });
    const message = all.ws.beginMessage('text');
    message.write('begun');
    const told = new Promise((resolve) => {
      all.ws.send('waits', { onFlushed: (error) => resolve([error, isOver]) });
    });
    all.peer.socket.resetAndDestroy();
    expect(await told).toMatchObject([{ code: 'ERR_GEV_CLOSED' }, false]);
    expect([message.write('x'), message.end()]).toEqual([false, false]);
  });

  it('bounds what waits: what is sent by an error, topics by their rule', async () => {
    await using all = await pair({ slowConsumers: { policy: 'skip', above: 2 * MiB } });
    const { ws } = all;
    const limit = { code: 'ERR_GEV_BUFFER_LIMIT' };
    ws.subscribe('news');
    const message = ws.beginMessage('text');
    const size = MiB - 1024;
    for (let i = 0; i < 3; i += 1) publish(ws.connection.loop, 'news', Buffer.alloc(size));
    expect(ws.skipped).toBe(1);
    for (let i = 0; i < 14; i += 1) ws.send(Buffer.alloc(size));
    expect(() => ws.send(Buffer.alloc(MiB))).toThrow(expect.objectContaining(limit));
    message.end('end');
    await expect.poll(() => all.peer.received.length).toBeGreaterThan(15.9 * MiB);
    const sizes = readFrames(all.peer.received).map(({ payload }) => payload.length);
    expect(sizes).toEqual([3, ...Array(16).fill(size)]);
  });

  it.each(['a reply', 'a broadcast'])('closes where %s finds no room behind it', async (what) => {
    const closes: unknown[] = [];
    await using all = await pair({
      onMessage: (_ws, data) => data,
      onClose: (_ws, ...how) => void closes.push(how),
    });
    const { ws, peer, server } = all;
    ws.beginMessage('text').write('begun');
    for (let i = 0; i < 16; i += 1) ws.send(Buffer.alloc(MiB - 256));
    if (what === 'a reply') peer.socket.write(masked(1, 'asked'));
    else for (let i = 0; i < 3; i += 1) server.broadcast('to all');
    await expect.poll(() => all.frames().length).toBe(2);
    const why = 'too much waits behind a message';
    expect(closeOf(readFrames(peer.received)[1]!)).toEqual([1013, why]);
    peer.socket.end(masked(8, Buffer.from([0x03, 0xf5])));
    await expect.poll(() => closes).toEqual([[1013, '', true]]);
  });

  it('bounds what waits also where it is empty', async () => {
    await using all = await pair();
    const { ws } = all;
    ws.beginMessage('text');
    let held = 0;
    const hold = () => {
      for (; held < MiB; held += 1) ws.send('');
    };
    expect(hold).toThrow(expect.objectContaining({ code: 'ERR_GEV_BUFFER_LIMIT' }));
    expect(held).toBe((16 * MiB) / 256);
    expect(ws.bufferedAmount).toBe(0);
  });

  it('keeps a publication from nobody else, however much may wait', async () => {
    const sockets: WebSocket[] = [];
    await using server = await serve(
      {
        slowConsumers: { policy: 'skip', above: 40 * MiB },
        onOpen(ws) {
          sockets.push(ws);
          ws.subscribe('news');
        },
      },
      { maxOutputBuffer: 64 * MiB },
    );
    await shaken(server.url);
    const other = await shaken(server.url);
    await expect.poll(() => sockets.length).toBe(2);
    const [busy] = sockets;
    busy!.beginMessage('text').write('begun');
    for (let i = 0; i < 3; i += 1) publish(busy!.connection.loop, 'news', Buffer.alloc(7 * MiB));
    expect(busy!.skipped).toBe(1);
    await expect.poll(() => other.received.length).toBeGreaterThan(21 * MiB);
  });

  it('waits for onDrain like all else', async () => {
    let drained = 0;
    await using all = await pair({
      onDrain: () => {
        drained += 1;
      },
    });
    all.peer.socket.pause();
    const message = all.ws.beginMessage('binary');
    const part = Buffer.alloc(256 * 1024);
    while (message.write(part));
    expect(all.ws.send('waits')).toBe(false);
    all.peer.socket.resume();
    await expect.poll(() => drained).toBe(1);
    message.end();
    await expect.poll(() => readFrames(all.peer.received).at(-1)?.payload.toString()).toBe('waits');
  });

  it('tells by its end that what waited behind it is too much to go on', async () => {
    let drained = 0;
    await using all = await pair({
      onDrain: () => {
        drained += 1;
      },
    });
    all.peer.socket.pause();
    const message = all.ws.beginMessage('binary');
    for (let i = 0; i < 14; i += 1) expect(all.ws.send(Buffer.alloc(MiB))).toBe(true);
    expect(message.end()).toBe(false);
    all.peer.socket.resume();
    await expect.poll(() => drained).toBe(1);
  });
});

/** Parts that compress well across their borders, and some that are empty. */
const PARTS = ['', 'to be, ', 'or not to be, ', '', 'that is the question. '.repeat(500), ''];
const WHOLE = PARTS.join('');

function sendParts(message: OutgoingMessage): void {
  for (const part of PARTS.slice(0, -1)) message.write(part);
  message.end(PARTS.at(-1));
}

describe.each([
  ['with a context', true],
  ['without a context', false],
])('a compressed message in parts, %s', (_how, takeover) => {
  const deflate = { threshold: 0, ownContextTakeover: takeover, peerContextTakeover: takeover };

  it('of a server is whole at a client of ws, and so is what follows', async () => {
    const sockets: WebSocket[] = [];
    await using server = await serve({
      deflate,
      onOpen: (ws) => void sockets.push(ws),
    });
    const clients = [0, 1].map(() => new Ws(server.url, { perMessageDeflate: { threshold: 0 } }));
    const got: string[][] = clients.map(() => []);
    for (const [index, ws] of clients.entries()) {
      ws.on('message', (data) => void got[index]!.push(String(data)));
      await once(ws, 'open');
    }
    await expect.poll(() => sockets.length).toBe(2);
    expect(sockets.map(({ isCompressing }) => isCompressing)).toEqual([true, true]);
    for (let round = 0; round < 3; round += 1) {
      // Two at once, and messages between them: none may take up what another has left in zlib.
      const messages = sockets.map((ws) => ws.beginMessage('text'));
      for (const part of PARTS.slice(0, -1)) for (const message of messages) message.write(part);
      for (const message of messages) message.end(PARTS.at(-1));
      for (const ws of sockets) {
        ws.send(WHOLE);
        ws.beginMessage('text').end(WHOLE);
        ws.beginMessage('text', { compress: false }).end('plain');
      }
    }
    const each = Array(3).fill([WHOLE, WHOLE, WHOLE, 'plain']).flat();
    await expect.poll(() => got).toEqual([each, each]);
    for (const ws of clients) ws.terminate();
  });

  it('of a client is whole at a server of ws', async () => {
    const server = new WebSocketServer({
      host: '127.0.0.1',
      port: 0,
      perMessageDeflate: {
        threshold: 0,
        clientNoContextTakeover: !takeover,
        serverNoContextTakeover: !takeover,
      },
    });
    await once(server, 'listening');
    const got: string[] = [];
    server.on('connection', (ws) => ws.on('message', (data) => void got.push(String(data))));
    const { port } = server.address() as { port: number };
    const ws = await connectWebSocket(`ws://127.0.0.1:${port}`, { connect, deflate });
    expect(ws.isCompressing).toBe(true);
    for (let round = 0; round < 3; round += 1) {
      sendParts(ws.beginMessage('text'));
      ws.send(WHOLE);
    }
    await expect.poll(() => got).toEqual(Array(6).fill(WHOLE));
    ws.terminate();
    server.close();
  });
});

it('a message in parts of a client is masked and whole, and leaves the bytes as they were', async () => {
  const got: unknown[] = [];
  await using server = await serve({ onMessage: (_ws, data) => void got.push(data) });
  const ws = await connectWebSocket(server.url, { connect });
  const bytes = Buffer.from('bytes');
  const message = ws.beginMessage('text');
  message.write(bytes);
  message.write(' and text');
  message.end();
  await expect.poll(() => got).toEqual(['bytes and text']);
  expect(String(bytes)).toBe('bytes');
  ws.terminate();
});
