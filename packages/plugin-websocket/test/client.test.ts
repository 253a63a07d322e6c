import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'gev';
import { describe, expect, it } from 'vitest';
import { accept, connectWebSocket, PackedBytes, reject, type WebSocket } from '../src/index.js';
import { serve } from './serve.js';
import { masked } from './wire.js';

describe('a client', () => {
  it('has the same face as a server: subprotocol, data, text and binary, ping', async () => {
    const pings: string[] = [];
    await using server = await serve({
      protocols: ['chat'],
      onMessage: (_ws, data) => data,
      onPing: (_ws, data) => void pings.push(Buffer.from(data).toString()),
    });
    const got: unknown[] = [];
    const ws = await connectWebSocket(`${server.url}/a?b=c`, {
      connect,
      protocols: ['other', 'chat'],
      headers: { Cookie: 'a=b' },
      data: { user: 1 },
      onMessage: (ws, data, isBinary) =>
        void got.push([ws.data.user, isBinary ? [...(data as Uint8Array)] : data]),
      onPong: (_ws, data) => void got.push(Buffer.from(data).toString()),
    });
    expect([ws.protocol, ws.readyState]).toEqual(['chat', 1]);
    ws.send('text');
    ws.send(Uint8Array.of(1, 2));
    ws.ping('p');
    await expect.poll(() => got).toEqual([[1, 'text'], [1, [1, 2]], 'p']);
    expect(pings).toEqual(['p']);
    ws.terminate();
    await expect.poll(() => ws.readyState).toBe(3);
    expect(ws.send('x')).toBe(false);
    const late = await new Promise((resolve) => ws.send('x', { onFlushed: resolve }));
    expect(late).toMatchObject({ code: 'ERR_GEV_CLOSED' });
  });

  it('takes an object with methods for its options', async () => {
    await using server = await serve({ onMessage: (_ws, data) => data });
    class Options {
      readonly connect = connect;
      readonly #told: unknown[] = [];
      onOpen(ws: WebSocket): void {
        this.#told.push('open');
        ws.send('hello');
      }
      onMessage(_ws: WebSocket, data: unknown): void {
        this.#told.push(data);
      }
      get told(): readonly unknown[] {
        return this.#told;
      }
    }
    const options = new Options();
    const ws = await connectWebSocket(server.url, options);
    expect(options.told[0]).toBe('open');
    await expect.poll(() => options.told).toEqual(['open', 'hello']);
    ws.close();
  });

  it('that reconnects is told when the server refuses it', async () => {
    const sockets: WebSocket[] = [];
    await using server = await serve({
      upgrade: () => (sockets.length === 0 ? accept() : reject(503)),
      onOpen: (ws) => void sockets.push(ws),
    });
    const told: unknown[] = [];
    await connectWebSocket(server.url, {
      connect,
      transport: { reconnect: { minDelay: 10, maxDelay: 10 } },
      onOpen: () => void told.push('open'),
      onClose: (_ws, code) => void told.push(code),
      onError: (_ws, error) => void told.push(error),
    });
    await expect.poll(() => sockets.length).toBe(1);
    sockets[0]!.terminate();
    const refused = { code: 'ERR_GEV_HANDSHAKE', cause: { status: 503 } };
    await expect.poll(() => told).toMatchObject(['open', 1006, refused]);
  });

  it('goes over a unix socket', async () => {
    const path = join(tmpdir(), `gev-ws-${process.pid}.sock`);
    await using _server = await serve(
      { onMessage: (_ws, data) => data, onOpen: (ws, { url }) => void ws.send(url) },
      { address: `unix://${path}` },
    );
    const got: unknown[] = [];
    const ws = await connectWebSocket(`ws+unix://${path}:/deep`, {
      connect,
      onMessage: (_ws, data) => void got.push(data),
    });
    await expect.poll(() => got).toEqual(['/deep']);
    ws.close();
  });

  it('is told what the server says when it refuses', async () => {
    await using server = await serve({ upgrade: () => reject(401, { 'X-Why': 'unknown' }) });
    const refused = connectWebSocket(server.url, { connect });
    await expect(refused).rejects.toMatchObject({
      code: 'ERR_GEV_HANDSHAKE',
      cause: { status: 401 },
    });
  });

  it.each([
    ['no HTTP', 'hello\r\n\r\n'],
    [
      'a wrong key',
      'HTTP/1.1 101 A\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n',
    ],
    ['an end', ''],
  ])('finds no WebSocket behind %s', async (_name, answer) => {
    const server = createTcpServer((socket) => socket.end(answer)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const failed = connectWebSocket(`ws://127.0.0.1:${port}`, { connect });
    await expect(failed).rejects.toMatchObject({ code: 'ERR_GEV_HANDSHAKE' });
    server.close();
  });

  it('gives up in time, and when it is told to', async () => {
    const server = createTcpServer(() => {}).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const url = `ws://127.0.0.1:${port}`;
    const late = connectWebSocket(url, { connect, handshakeTimeout: 50 });
    await expect(late).rejects.toThrow('handshakeTimeout');
    const signal = AbortSignal.timeout(50);
    const aborted = connectWebSocket(url, { connect, signal });
    await expect(aborted).rejects.toMatchObject({ code: 'ERR_GEV_ABORTED' });
    server.close();
  });

  it('refuses what it cannot send before it connects', async () => {
    const url = 'ws://127.0.0.1:9';
    const code = 'ERR_GEV_INVALID_OPTION';
    const bare = { protocols: 'chat' as unknown as string[] };
    for (const options of [
      bare,
      { protocols: ['a b'] },
      { headers: { Host: 'x' } },
      { nonsense: 1 },
      { maxPayload: Object.create(null) },
      { headers: null as never },
      { headers: { 'x-odd': Object.create(null) } },
    ]) {
      await expect(connectWebSocket(url, { connect, ...options })).rejects.toMatchObject({ code });
    }
    const odd = connectWebSocket(Object.create(null), { connect });
    await expect(odd).rejects.toMatchObject({ code });
    await expect(connectWebSocket('wss://a', { connect })).rejects.toMatchObject({ code });
    await expect(connectWebSocket(url, {} as never)).rejects.toMatchObject({ code });
    await expect(connectWebSocket(url, { connect })).rejects.toMatchObject({
      code: 'ERR_GEV_CONNECT',
    });
  });

  it('takes nothing masked, and tells why', async () => {
    const closes: unknown[] = [];
    await using server = await serve({
      onOpen: (ws) => ws.connection.send(new PackedBytes(masked(1, 'x'))),
      onClose: (_ws, ...how) => void closes.push(how),
    });
    const ws = await connectWebSocket(server.url, { connect });
    const why = 'the peer sent a frame that is masked';
    await expect.poll(() => closes).toEqual([[1002, why, true]]);
    await expect.poll(() => ws.readyState).toBe(3);
  });
});
