import type { GevError } from '@gev/core';
import { describe, expect, it } from 'vitest';
import {
  accept,
  reject,
  type UpgradeRequest,
  type WebSocket,
  type WebSocketOptions,
  webSocket,
} from '../src/index.js';
import { BytePeer } from './byte-peer.js';
import { ACCEPT, closeOf, masked, readFrames, upgradeRequest } from './wire.js';

/** What a test hears of the callbacks. */
function recorder() {
  const said: unknown[] = [];
  const options = {
    onOpen: (ws: WebSocket<unknown>, request: UpgradeRequest) =>
      void said.push(['open', request.url, ws.protocol]),
    onPing: (_ws: unknown, data: Uint8Array) => void said.push(['ping', String(Buffer.from(data))]),
    onPong: (_ws: unknown, data: Uint8Array) => void said.push(['pong', String(Buffer.from(data))]),
    onClose: (_ws: unknown, ...how: unknown[]) => void said.push(['close', ...how]),
    onError: (_ws: unknown, error: GevError) => void said.push(['error', error.code]),
  };
  return { said, options };
}

/** A peer whose handshake is done. */
function opened<Data = undefined>(options: WebSocketOptions<Data> = {}): BytePeer {
  const peer = new BytePeer(webSocket(options));
  expect(peer.receive(upgradeRequest()).toString()).toMatch(/^HTTP\/1\.1 101 /);
  return peer;
}

describe('the opening handshake', () => {
  it('is answered, byte by byte too, and frames right behind it are taken', () => {
    const { said, options } = recorder();
    const bytes = Buffer.concat([Buffer.from(upgradeRequest([], '/chat')), masked(1, 'hi')]);
    for (const pieces of [[bytes], [...bytes].map((byte) => Uint8Array.of(byte))]) {
      const peer = new BytePeer(webSocket({ ...options, onMessage: (_ws, data) => data }));
      const out = Buffer.concat(pieces.map((piece) => peer.receive(piece)));
      const end = out.indexOf('\r\n\r\n') + 4;
      expect(out.subarray(0, end).toString()).toBe(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${ACCEPT}\r\n\r\n`,
      );
      expect(readFrames(out.subarray(end))).toMatchObject([
        { opcode: 1, payload: Buffer.from('hi') },
      ]);
    }
    expect(said).toEqual([
      ['open', '/chat', ''],
      ['open', '/chat', ''],
    ]);
  });

  it.each([
    ['what is no HTTP', 'hello\r\n\r\n', 400],
    ['HTTP/2.0', upgradeRequest().replace('HTTP/1.1', 'HTTP/2.0'), 505],
    ['version 8', upgradeRequest().replace('13', '8'), 426],
    ['a head without an end', 'x'.repeat(9000), 431],
  ])('refuses %s, and tells why', (_name, text, status) => {
    const { said, options } = recorder();
    const peer = new BytePeer(webSocket(options));
    const answer = peer.receive(text).toString();
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(/\r\nConnection: close/);
    expect(peer.error?.code).toBe('ERR_GEV_PROTOCOL');
    peer.end();
    expect(said).toEqual([['error', 'ERR_GEV_PROTOCOL']]);
  });

  it('chooses a subprotocol: the first of the client that the server knows', () => {
    const peer = new BytePeer(webSocket({ protocols: ['b', 'c'] }));
    const answer = peer.receive(upgradeRequest(['Sec-WebSocket-Protocol: a, c, b'])).toString();
    expect(answer).toContain('Sec-WebSocket-Protocol: c\r\n');
  });

  it('keeps pages of other origins out', () => {
    const options = { origins: ['https://good.example'] };
    const ask = (lines: string[]) =>
      new BytePeer(webSocket(options)).receive(upgradeRequest(lines)).toString();
    expect(ask(['Origin: https://good.example'])).toContain(' 101 ');
    expect(ask([])).toContain(' 101 ');
    expect(ask(['Origin: https://bad.example'])).toContain(' 403 ');
    const late = webSocket({ origins: (async () => true) as unknown as () => boolean });
    expect(new BytePeer(late).receive(upgradeRequest()).toString()).toContain(' 403 ');
    const rule = webSocket({ origins: ({ origin }) => origin?.endsWith('.example') ?? false });
    expect(new BytePeer(rule).receive(upgradeRequest()).toString()).toContain(' 403 ');
  });
});

describe('upgrade', () => {
  it('accepts with a subprotocol, headers and data', () => {
    let data: { user: string | null } | undefined;
    const peer = new BytePeer(
      webSocket<{ user: string | null }>({
        upgrade: ({ path, query, headers, remoteAddress, protocols }) => {
          expect([path, headers.get('cookie'), remoteAddress.transport]).toEqual([
            '/room',
            'a=b',
            'tcp',
          ]);
          return accept({
            protocol: protocols[1]!,
            headers: { 'X-A': 'b', 'Set-Cookie': ['c=1', 'd=2'] },
            data: { user: query.get('user') },
          });
        },
        onOpen: (ws) => {
          data = ws.data;
        },
      }),
    );
    const lines = ['Cookie: a=b', 'Sec-WebSocket-Protocol: a, b'];
    const answer = peer.receive(upgradeRequest(lines, '/room?user=me')).toString();
    expect(answer).toMatch(/Sec-WebSocket-Protocol: b\r\n/);
    expect(answer).toMatch(/X-A: b\r\nSet-Cookie: c=1\r\nSet-Cookie: d=2\r\n/);
    expect(data).toEqual({ user: 'me' });
  });

  it('rejects: the answer is sent, nothing else is told, and what follows is not read', () => {
    const { said, options } = recorder();
    const upgrade = () => reject(401, { 'WWW-Authenticate': 'Basic' }, 'who are you?');
    const peer = new BytePeer(webSocket({ ...options, upgrade }));
    const answer = peer.receive(upgradeRequest() + upgradeRequest()).toString();
    expect(answer).toMatch(
      /^HTTP\/1\.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n[\s\S]*who are you\?$/,
    );
    expect(answer.match(/HTTP/g)).toHaveLength(1);
    expect(peer.connection.ended).toBe('close');
    peer.end();
    expect(said).toEqual([]);
  });

  it.each<[why: string, answer: unknown]>([
    ['a status that is none', reject(99)],
    ['a header that would begin another line', reject(401, { 'X-Why': 'a\r\nb' })],
    ['true', true],
    ['false', false],
    ['null', null],
    ['a reply without reject', { status: 401 }],
  ])('that answers with %s rejects with 500, and onError is told', (_why, answer) => {
    const upgrade = (() => answer) as () => undefined;
    const peer = new BytePeer(webSocket({ upgrade }));
    expect(peer.receive(upgradeRequest()).toString()).toMatch(/^HTTP\/1\.1 500 /);
    expect(peer.error?.code).toBe('ERR_GEV_INVALID_OPTION');
  });

  it.each(['accepts', 'rejects', 'fails'])('%s later: reading pauses meanwhile', async (how) => {
    const { said, options } = recorder();
    const upgrade = async () => {
      await Promise.resolve();
      if (how === 'fails') throw new Error('no database');
      return how === 'accepts' ? accept() : reject(403);
    };
    const peer = new BytePeer(webSocket({ ...options, upgrade, onMessage: (_ws, data) => data }));
    const frame = masked(2, 'early');
    expect(peer.receive(Buffer.concat([Buffer.from(upgradeRequest()), frame]))).toHaveLength(0);
    expect(peer.connection.paused).toBe(true);
    expect(peer.waiting).toBe(upgradeRequest().length + frame.length);
    await expect.poll(() => peer.connection.paused).toBe(false);
    try {
      peer.wake();
    } catch (error) {
      expect(String(error)).toContain('no database');
    }
    const answer = peer.sent();
    const status = { accepts: 101, rejects: 403, fails: 500 }[how];
    expect(answer.toString('latin1')).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    if (how !== 'accepts') return;
    expect(answer.subarray(-7).equals(Buffer.from('\x82\x05early', 'latin1'))).toBe(true);
    expect(said).toEqual([['open', '/', '']]);
  });

  it('may not choose a subprotocol that the client does not offer', () => {
    const peer = new BytePeer(webSocket({ upgrade: () => accept({ protocol: 'mine' }) }));
    expect(peer.receive(upgradeRequest()).toString()).toContain(' 500 ');
    expect(peer.error?.message).toContain("protocol is 'mine'");
  });
});

describe('plain HTTP', () => {
  const get = (path = '/', lines = '') => `GET ${path} HTTP/1.1\r\nHost: a\r\n${lines}\r\n`;

  it('gets 426 and keeps the connection for a request that is better', () => {
    const peer = new BytePeer(webSocket({}));
    const answer = peer.receive(get()).toString();
    expect(answer).toMatch(/^HTTP\/1\.1 426 Upgrade Required\r\nUpgrade: websocket\r\n/);
    expect(answer).toContain('Connection: keep-alive, Upgrade\r\n');
    expect(peer.receive(upgradeRequest()).toString()).toContain(' 101 ');
  });

  it('gets what the hook says, in order, with HEAD and close as HTTP has them', () => {
    const peer = new BytePeer(
      webSocket({
        request: ({ path, method }) =>
          path === '/none' ? undefined : { status: 200, body: `${method} ${path}` },
      }),
    );
    const answers = peer.receive(`${get('/a')}\r\n${get('/none')}${get('/b')}`).toString();
    expect(answers).toMatch(
      /^HTTP\/1\.1 200 [\s\S]*GET \/aHTTP\/1\.1 426 [\s\S]*HTTP\/1\.1 200 [\s\S]*GET \/b$/,
    );
    expect(peer.receive(get('/c').replace('GET', 'HEAD')).toString()).toMatch(
      /Content-Length: 7\r\n[\s\S]*\r\n\r\n$/,
    );
    expect(peer.isClosed).toBe(false);
    expect(peer.receive(get('/d', 'Connection: close\r\n')).toString()).toMatch(
      /Connection: close\r\n/,
    );
    expect(peer.connection.ended).toBe('close');
  });

  it.each<[why: string, answer: unknown]>([
    ['a status that is none', { status: 1000 }],
    ['a header that is set for it', { status: 200, headers: { 'Content-Length': '1' } }],
    ['a bare text', 'ok'],
  ])('gets 500 for an answer with %s, also where the connection ends', (_why, answer) => {
    const request = (() => answer) as () => undefined;
    for (const lines of ['', 'Connection: close\r\n']) {
      const peer = new BytePeer(webSocket({ request }));
      expect(peer.receive(get('/', lines)).toString()).toMatch(/^HTTP\/1\.1 500 /);
      expect(peer.error?.code).toBe('ERR_GEV_INVALID_OPTION');
    }
  });

  it('may come as HTTP/1.0, as proxies and health checks send it: answered and closed', () => {
    const request = ({ path }: { path: string }) => ({ status: 200, body: path });
    const peer = new BytePeer(webSocket({ request }));
    const answer = peer.receive(`GET /health HTTP/1.0\r\n\r\n${get()}`).toString();
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*Connection: close\r\n[\s\S]*\/health$/);
    expect(peer.connection.ended).toBe('close');
    const old = upgradeRequest().replace('HTTP/1.1', 'HTTP/1.0');
    expect(new BytePeer(webSocket({})).receive(old).toString()).toMatch(/^HTTP\/1\.1 426 /);
  });

  it('is closed behind a request with a body, which is not read', () => {
    const peer = new BytePeer(webSocket({ request: () => ({ status: 200 }) }));
    const answer = peer.receive(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\n${get()}`);
    expect(answer.toString().match(/HTTP/g)).toHaveLength(1);
    expect(peer.connection.ended).toBe('close');
  });

  it('may be answered later', async () => {
    const peer = new BytePeer(webSocket({ request: async () => ({ status: 200, body: 'ok' }) }));
    expect(peer.receive(get() + get())).toHaveLength(0);
    await expect.poll(() => peer.connection.paused).toBe(false);
    peer.wake();
    expect(peer.sent().toString()).toMatch(/ok$/);
    await expect.poll(() => peer.connection.paused).toBe(false);
    peer.wake();
    expect(peer.sent().toString()).toMatch(/ok$/);
  });
});

describe('messages', () => {
  it('are answered by what the callback returns', () => {
    const replies: Record<string, string | Uint8Array | undefined> = {
      text: 'text',
      other: 'another',
      bytes: Uint8Array.of(1, 2),
      nothing: undefined,
      empty: '',
    };
    const peer = opened({ onMessage: (_ws, data) => replies[String(data)] });
    const sent = Object.keys(replies).map((name) => masked(1, name));
    expect(readFrames(peer.receive(Buffer.concat(sent)))).toMatchObject([
      { opcode: 1, fin: true, rsv: 0, isMasked: false, payload: Buffer.from('text') },
      { opcode: 1, payload: Buffer.from('another') },
      { opcode: 2, payload: Buffer.from([1, 2]) },
      { opcode: 1, payload: Buffer.from('') },
    ]);
  });

  it('keep their kind when they are given back as bytes', () => {
    const peer = opened({ textAsBytes: true, onMessage: (_ws, data) => data });
    const bytes = Buffer.concat([masked(1, 'é'), masked(2, 'é')]);
    expect(readFrames(peer.receive(bytes))).toMatchObject([{ opcode: 1 }, { opcode: 2 }]);
  });

  it('are sent by send, text as bytes too', () => {
    let socket: WebSocket | undefined;
    const peer = opened({
      onOpen: (ws) => {
        socket = ws;
      },
    });
    socket!.send('a');
    socket!.send(Uint8Array.of(98));
    socket!.send(Uint8Array.of(99), { asText: true });
    socket!.ping('d');
    expect(() => socket!.ping('x'.repeat(126))).toThrow('126 bytes');
    expect(readFrames(peer.sent()).map(({ opcode, payload }) => [opcode, String(payload)])).toEqual(
      [
        [1, 'a'],
        [2, 'b'],
        [1, 'c'],
        [9, 'd'],
      ],
    );
  });

  it('as a bare broadcast do not reach a connection that is not open', () => {
    const peer = new BytePeer(webSocket({}));
    peer.connection.send('too early');
    expect(peer.sent()).toHaveLength(0);
    peer.receive(upgradeRequest());
    peer.connection.send('now');
    expect(readFrames(peer.sent())).toHaveLength(1);
    peer.receive(masked(8));
    peer.connection.send('too late');
    expect(peer.sent()).toHaveLength(0);
  });

  it('a promise is no reply: the connection closes with 1011 and says what to do', () => {
    const { said, options } = recorder();
    const onMessage = (async () => 'late') as unknown as () => string;
    const peer = opened({ ...options, onMessage });
    const [frame] = readFrames(peer.receive(masked(1, 'x')));
    expect(closeOf(frame!)).toEqual([1011, '']);
    expect(peer.error?.message).toContain('ws.send()');
    peer.end();
    expect(said.slice(1)).toEqual([
      ['error', 'ERR_GEV_HANDLER'],
      ['close', 1011, '', false],
    ]);
  });
});

describe('control frames', () => {
  it('a ping is answered in between, a pong is told', () => {
    const { said, options } = recorder();
    const peer = opened(options);
    const bytes = Buffer.concat([masked(1, 'a', { fin: false }), masked(9, 'p'), masked(10, 'q')]);
    expect(readFrames(peer.receive(bytes))).toMatchObject([
      { opcode: 10, payload: Buffer.from('p') },
    ]);
    expect(said.slice(1)).toEqual([
      ['ping', 'p'],
      ['pong', 'q'],
    ]);
  });

  it.each(['sends', 'closes', 'changes the payload'])(
    'a ping is answered before onPing, which %s',
    (how) => {
      const peer = opened({
        onPing(ws, data) {
          if (how === 'sends') ws.send('x');
          else if (how === 'closes') ws.close();
          else data.fill(0);
        },
      });
      const [pong] = readFrames(peer.receive(masked(9, 'p')));
      expect(pong).toMatchObject({ opcode: 10, payload: Buffer.from('p') });
    },
  );

  it('a close is answered with its code, and nothing behind it counts', () => {
    const { said, options } = recorder();
    const peer = opened({ ...options, onMessage: (_ws, data) => data });
    const close = masked(8, Buffer.from('\x0f\xa1bye', 'latin1'));
    const out = readFrames(peer.receive(Buffer.concat([close, masked(1, 'more'), masked(9)])));
    expect(out.map(closeOf)).toEqual([[4001, '']]);
    expect(peer.connection.ended).toBe('close');
    peer.end();
    expect(said.slice(1)).toEqual([['close', 4001, 'bye', true]]);
  });

  it('a close without a code is answered by one', () => {
    const { said, options } = recorder();
    const peer = opened(options);
    expect(readFrames(peer.receive(masked(8)))).toMatchObject([
      { opcode: 8, payload: Buffer.from('') },
    ]);
    peer.end();
    expect(said.slice(1)).toEqual([['close', 1005, '', true]]);
  });

  it.each([
    ['one byte', Buffer.from([3]), 1002],
    ['a code that is none', Buffer.from([3, 237]), 1002],
    ['a reason that is no UTF-8', Buffer.from([3, 232, 0xff]), 1007],
  ])('a close with %s is a violation', (_name, payload, code) => {
    const { said, options } = recorder();
    const peer = opened(options);
    const [frame] = readFrames(peer.receive(masked(8, payload)));
    expect(closeOf(frame!)[0]).toBe(code);
    peer.end();
    expect(said.slice(1)).toMatchObject([
      ['error', 'ERR_GEV_PROTOCOL'],
      ['close', code, expect.any(String), false],
    ]);
  });

  it('a close of our own waits for the answer; meanwhile nothing is delivered or sent', () => {
    const { said, options } = recorder();
    const peer = opened({
      ...options,
      onMessage: (ws, data) => {
        said.push(data);
        ws.close(3000, 'enough');
        ws.close(1000);
        expect(ws.readyState).toBe(2);
        expect(ws.send('x')).toBe(false);
        expect(ws.subscribe('x')).toBe(false);
        ws.ping('x');
        return 'never sent';
      },
    });
    const out = readFrames(
      peer.receive(Buffer.concat([masked(1, 'a'), masked(1, 'b'), masked(9)])),
    );
    expect(out.map(closeOf)).toEqual([[3000, 'enough']]);
    expect(peer.isClosed).toBe(false);
    expect(peer.receive(masked(8, Buffer.from('\x0b\xb8', 'latin1')))).toHaveLength(0);
    expect(peer.connection.ended).toBe('close');
    peer.end();
    expect(said.slice(1)).toEqual(['a', ['close', 3000, '', true]]);
  });

  it('a connection that ends without a close frame is 1006', () => {
    const { said, options } = recorder();
    opened(options).end();
    expect(said.slice(1)).toEqual([['close', 1006, '', false]]);
  });
});

describe('violations', () => {
  it.each([
    ['an unmasked frame', Buffer.from('810178', 'hex'), 1002],
    ['a text that is none', masked(1, Buffer.from([0xff])), 1007],
    ['a message that is too large', masked(2, Buffer.alloc(2000)), 1009],
  ])('%s is told by a close frame, then the connection closes in order', (_name, bytes, code) => {
    const { said, options } = recorder();
    const peer = opened({
      ...options,
      maxPayload: 1000,
      onMessage: () => void said.push('delivered'),
    });
    const out = readFrames(peer.receive(Buffer.concat([bytes, masked(1, 'more')])));
    expect(out).toHaveLength(1);
    expect(closeOf(out[0]!)).toEqual([code, peer.error!.message]);
    expect(peer.error?.code).toBe('ERR_GEV_PROTOCOL');
    peer.end();
    expect(said.slice(1)).toEqual([
      ['error', 'ERR_GEV_PROTOCOL'],
      ['close', code, peer.error!.message, false],
    ]);
  });
});
