import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import { connect } from 'gev';
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import type Ws from 'ws';
import { WebSocketServer } from 'ws';
import {
  type StandardWebSocket,
  standardWebSocket,
  type WebSocketCloseEvent,
  type WebSocketErrorEvent,
} from '../src/index.js';

const WebSocket = standardWebSocket({ connect });

const servers: WebSocketServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    for (const client of server.clients) client.terminate();
    server.close();
  }
});

/** A server of the package `ws`, which nobody here wrote. */
async function serve(onConnection: (ws: Ws) => void, options = {}): Promise<string> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, ...options });
  servers.push(server);
  await once(server, 'listening');
  server.on('connection', onConnection);
  return `ws://127.0.0.1:${(server.address() as { port: number }).port}`;
}

const echo = (ws: Ws) => ws.on('message', (data, isBinary) => ws.send(data, { binary: isBinary }));

/** The next event of a type. */
function next<Of>(ws: StandardWebSocket, type: 'open' | 'message' | 'error' | 'close') {
  return new Promise<Of>((resolve) => {
    ws.addEventListener(type, (event) => resolve(event as Of), { once: true });
  });
}

describe('a standard WebSocket', () => {
  it('opens, echoes texts and bytes, and closes, as one of a browser does', async () => {
    const url = await serve(echo, { handleProtocols: () => 'chat', perMessageDeflate: true });
    const Deflating = standardWebSocket({ connect, deflate: true });
    const ws = new Deflating(`${url}/a?b`, ['soap', 'chat']);
    const heard: unknown[] = [];
    ws.onopen = () => heard.push(['open', ws.readyState, ws.protocol, ws.extensions]);
    ws.onmessage = ({ data, origin }) => heard.push([data, origin]);
    ws.onerror = ({ message }) => heard.push(message);
    ws.onclose = ({ code, reason, wasClean }) => heard.push([code, reason, wasClean]);
    expect([ws.url, ws.readyState, ws.protocol, ws.extensions, ws.bufferedAmount]).toEqual([
      `${url}/a?b`,
      0,
      '',
      '',
      0,
    ]);
    expect(() => ws.send('too early')).toThrow(
      expect.objectContaining({ name: 'InvalidStateError' }),
    );
    await next(ws, 'open');
    ws.binaryType = 'arraybuffer';
    const words = Uint16Array.of(1, 2, 3);
    for (const data of [
      'grüße \ud800',
      words.subarray(1),
      words.buffer,
      new DataView(words.buffer),
    ])
      ws.send(data);
    await expect.poll(() => heard.length).toBe(5);
    ws.close(3001, 'enough');
    expect(ws.readyState).toBe(WebSocket.CLOSING);
    await next(ws, 'close');
    expect(ws.readyState).toBe(WebSocket.CLOSED);
    expect(heard).toEqual([
      ['open', 1, 'chat', expect.stringContaining('permessage-deflate')],
      ['grüße \ufffd', url],
      [words.slice(1).buffer, url],
      [words.buffer, url],
      [words.buffer, url],
      [3001, 'enough', true],
    ]);
  });

  it('hands over a Blob by default, and keeps its binaryType when told nonsense', async () => {
    const ws = new WebSocket(await serve(echo));
    await next(ws, 'open');
    expect(ws.binaryType).toBe('blob');
    (ws as { binaryType: string }).binaryType = 'nodebuffer';
    expect(ws.binaryType).toBe('blob');
    const blobs: Blob[] = [];
    ws.onmessage = ({ data }) => blobs.push(data as Blob);
    ws.send(Buffer.from('first'));
    ws.send(Buffer.from('other'));
    await expect.poll(() => blobs.length).toBe(2);
    // Read late: the bytes are its own.
    expect(await Promise.all(blobs.map((blob) => blob.text()))).toEqual(['first', 'other']);
    const blob = new Blob(['x']) as unknown as string;
    expect(() => ws.send(blob)).toThrow(TypeError);
    ws.close();
  });

  it('tells how the peer closed it', async () => {
    const url = await serve((ws) => ws.close(4000, 'go'));
    const ws = new WebSocket(url);
    const { code, reason, wasClean, type, target } = await next<WebSocketCloseEvent>(ws, 'close');
    expect([code, reason, wasClean, type, target]).toEqual([4000, 'go', true, 'close', ws]);
  });

  it('closes without a code when it is given none, and drops what is sent later', async () => {
    const codes: number[] = [];
    const url = await serve((ws) => ws.on('close', (code) => void codes.push(code)));
    const ws = new WebSocket(url.replace('ws:', 'http:'));
    expect(ws.url).toBe(`${url}/`);
    await next(ws, 'open');
    ws.close();
    ws.close(1000);
    const before = ws.bufferedAmount;
    ws.send('é');
    ws.send(new Uint8Array(5));
    expect(ws.bufferedAmount).toBe(before + 7);
    const { code } = await next<WebSocketCloseEvent>(ws, 'close');
    expect(code).toBe(1005);
    await expect.poll(() => codes).toEqual([1005]);
    ws.send('x');
    expect(ws.bufferedAmount).toBe(8);
    ws.close();
  });

  it('refuses codes, reasons, URLs and subprotocols as the standard does', async () => {
    const ws = new WebSocket(await serve(echo));
    await next(ws, 'open');
    for (const code of [0, 999, 1001, 1006, 2999, 5000, Number.NaN]) {
      const name = 'InvalidAccessError';
      expect(() => ws.close(code)).toThrow(expect.objectContaining({ name }));
    }
    const name = 'SyntaxError';
    expect(() => ws.close(1000, 'é'.repeat(62))).toThrow(expect.objectContaining({ name }));
    expect(ws.readyState).toBe(1);
    ws.close(undefined, 'é'.repeat(61));
    expect((await next<WebSocketCloseEvent>(ws, 'close')).code).toBe(1000);
    for (const url of ['', 'x', 'ftp://a', 'ws://a/#b', 'wss://a', 'https://a']) {
      expect(() => new WebSocket(url), url).toThrow(expect.objectContaining({ name }));
    }
    for (const protocols of ['a b', '', ['a', 'a']]) {
      const make = () => new WebSocket('ws://127.0.0.1:1', protocols);
      expect(make).toThrow(expect.objectContaining({ name }));
    }
  });

  it.each([
    [3000.4, 'why', [3000, 'why']],
    ['3001', 5, [3001, '5']],
  ] as unknown as [number, string, unknown[]][])(
    'closes with %j and %j as the standard reads them',
    async (code, reason, expected) => {
      const ws = new WebSocket(await serve(echo));
      await next(ws, 'open');
      ws.close(code, reason);
      const closed = await next<WebSocketCloseEvent>(ws, 'close');
      expect([closed.code, closed.reason]).toEqual(expected);
    },
  );

  it.each([
    ['nobody listens', 'ws://127.0.0.1:1', 'ERR_GEV_CONNECT'],
    ['it is told no', '/no', 'ERR_GEV_HANDSHAKE'],
  ])('fails with the events error and close when %s', async (_name, where, expected) => {
    const url = await serve(echo, { path: '/yes' });
    const ws = new WebSocket(new URL(where, url));
    const events: string[] = [];
    ws.onclose = ({ type }) => events.push(type);
    ws.onerror = ({ type }) => events.push(type);
    const closed = next<WebSocketCloseEvent>(ws, 'close');
    const { error } = await next<WebSocketErrorEvent>(ws, 'error');
    expect(error.code).toBe(expected);
    expect(await closed).toMatchObject({ code: 1006, reason: '', wasClean: false });
    expect([events, ws.readyState]).toEqual([['error', 'close'], 3]);
  });

  it('gives an attempt up when it is closed while it connects', async () => {
    const silent = createTcpServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    const ws = new WebSocket(`ws://127.0.0.1:${port}`);
    const failed = next(ws, 'error');
    ws.close(3000);
    expect(ws.readyState).toBe(2);
    ws.send('too late');
    expect(ws.bufferedAmount).toBe(8);
    const closed = next<WebSocketCloseEvent>(ws, 'close');
    await failed;
    expect((await closed).code).toBe(1006);
    silent.close();
  });

  it('fails when the peer breaks the protocol, and says with what', async () => {
    const url = await serve((ws) => {
      (ws as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(
        Buffer.from([0x81, 1, 0xff]),
      );
    });
    const ws = new WebSocket(url);
    const closed = next<WebSocketCloseEvent>(ws, 'close');
    const { error } = await next<WebSocketErrorEvent>(ws, 'error');
    expect(error.code).toBe('ERR_GEV_PROTOCOL');
    expect(await closed).toMatchObject({ code: 1006, wasClean: false });
  });

  it('fails with whatever a connect of somebody else rejects with', async () => {
    const cause = new Error('no tunnel');
    const Tunnelled = standardWebSocket({ connect: () => Promise.reject(cause) });
    const ws = new Tunnelled('ws://127.0.0.1:1/');
    const closed = next<WebSocketCloseEvent>(ws, 'close');
    const { error, message } = await next<WebSocketErrorEvent>(ws, 'error');
    expect([error.code, error.cause]).toEqual(['ERR_GEV_HANDSHAKE', cause]);
    expect(message).toContain('no tunnel');
    expect((await closed).code).toBe(1006);
  });

  it('fails also with what cannot be made a string', async () => {
    const cause: unknown = Object.create(null);
    const Odd = standardWebSocket({ connect: () => Promise.reject(cause) });
    const ws = new Odd('ws://127.0.0.1:1/');
    const closed = next<WebSocketCloseEvent>(ws, 'close');
    expect((await next<WebSocketErrorEvent>(ws, 'error')).error.cause).toBe(cause);
    expect((await closed).code).toBe(1006);
  });

  it('has handlers that can be changed and keep their place, and constants', async () => {
    const ws = new WebSocket(await serve(echo));
    const heard: string[] = [];
    ws.onmessage = () => heard.push('never');
    ws.addEventListener('message', () => heard.push('listener'));
    ws.onmessage = () => heard.push('handler');
    expect(ws.onopen).toBeNull();
    await next(ws, 'open');
    ws.send('x');
    await next(ws, 'message');
    expect(heard).toEqual(['handler', 'listener']);
    ws.onmessage = null;
    ws.send('x');
    await next(ws, 'message');
    expect(heard).toEqual(['handler', 'listener', 'listener']);
    expect([ws.CONNECTING, ws.OPEN, ws.CLOSING, ws.CLOSED]).toEqual([0, 1, 2, 3]);
    expect([WebSocket.CONNECTING, WebSocket.OPEN]).toEqual([0, 1]);
    ws.close();
  });

  it('is checked when its class is made, and typed', () => {
    const wrong = expect.objectContaining({ code: 'ERR_GEV_INVALID_OPTION' });
    expect(() => standardWebSocket({ connect, maxPayload: -1 })).toThrow(wrong);
    expect(() => standardWebSocket({} as never)).toThrow(wrong);
    // @ts-expect-error texts are strings here
    expect(() => standardWebSocket({ connect, textAsBytes: true })).toThrow(wrong);
    expectTypeOf<StandardWebSocket['binaryType']>().toEqualTypeOf<'blob' | 'arraybuffer'>();
    type Data = Parameters<NonNullable<StandardWebSocket['onmessage']>>[0]['data'];
    expectTypeOf<Data>().toEqualTypeOf<string | ArrayBuffer | Blob>();
  });
});
