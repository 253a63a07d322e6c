import { RingBuffer } from '@gev/ringbuffer';
import { describe, expect, it } from 'vitest';
import { acceptKeyOf } from '../src/handshake/accept-key.js';
import { checkResponse } from '../src/handshake/check-response.js';
import { checkUpgrade, wantsUpgrade } from '../src/handshake/check-upgrade.js';
import { parseWebSocketUrl, writeClientRequest } from '../src/handshake/client-request.js';
import { parseRequestHead, parseResponseHead } from '../src/handshake/head.js';
import { HeadReader } from '../src/handshake/head-reader.js';
import { HttpError } from '../src/handshake/http-error.js';
import { writeReply, writeUpgrade } from '../src/handshake/response-writer.js';
import { hasToken, listOf, trim } from '../src/handshake/tokens.js';
import { UpgradeRequest } from '../src/handshake/upgrade-request.js';
import { ACCEPT, upgradeRequest } from './wire.js';

const LIMITS = { maxHeader: 8192, maxHeaders: 100 };
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

/** The head of a text that ends with an empty line. */
function headOf(text: string): string {
  return text.slice(0, text.indexOf('\r\n\r\n'));
}

/** The status that a check answers with; 0 when it is content. */
function statusOf(check: () => unknown): number {
  try {
    check();
    return 0;
  } catch (error) {
    if (error instanceof HttpError) return error.reply.status;
    throw error;
  }
}

describe('tokens', () => {
  it('are found in lists, in any case', () => {
    expect(hasToken('keep-alive, Upgrade', 'upgrade')).toBe(true);
    expect(hasToken('UPGRADE', 'upgrade')).toBe(true);
    expect(hasToken('upgraded', 'upgrade')).toBe(false);
    expect(hasToken(undefined, 'upgrade')).toBe(false);
    expect(listOf(' a,, b\t,c ')).toEqual(['a', 'b', 'c']);
  });

  it('are trimmed of spaces and tabs, and of nothing else', () => {
    expect(trim(' \t a b\t ')).toBe('a b');
    expect(trim('\u00a0a\u00a0')).toBe('\u00a0a\u00a0');
    expect([trim(''), trim(' '), trim('\t \t')]).toEqual(['', '', '']);
  });

  it('cost no more for what a value has inside', () => {
    const hostile = `a${' '.repeat(1_000_000)}b`;
    const start = performance.now();
    expect(trim(hostile)).toBe(hostile);
    // Time that grows with the square of the length would be a quarter of an hour.
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('HeadReader', () => {
  const head = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

  it('finds the end, however the head arrives, and leaves what is behind it', () => {
    for (let cut = 0; cut <= head.length; cut += 1) {
      const reader = new HeadReader(LIMITS);
      const buffer = new RingBuffer();
      buffer.writeString(head.slice(0, cut));
      if (cut < head.length) expect(reader.find(buffer)).toBeUndefined();
      buffer.writeString(`${head.slice(cut)}rest`);
      expect(reader.find(buffer)).toBe(head.length);
      expect(reader.text(buffer, head.length)).toBe('GET / HTTP/1.1\r\nHost: a');
      buffer.retrieve(head.length);
      expect(buffer.length).toBe(4);
    }
  });

  it.each([
    ['a line that ends with LF', 'GET / HTTP/1.1\n', 400],
    ['a head without an end', `GET / HTTP/1.1\r\nA: ${'x'.repeat(8200)}`, 431],
    [
      'a head of one byte too many',
      `GET / HTTP/1.1\r\nA: ${'x'.repeat(8192 - 16 - 3 - 4 + 1)}\r\n\r\n`,
      431,
    ],
    ['a header too many', `GET / HTTP/1.1\r\n${'A: b\r\n'.repeat(101)}`, 431],
  ])('refuses %s', (_name, text, status) => {
    const buffer = new RingBuffer();
    buffer.writeString(text);
    expect(statusOf(() => new HeadReader(LIMITS).find(buffer))).toBe(status);
  });

  it('drops empty lines before a head, however they arrive, and none within it', () => {
    for (const lines of ['\r\n', '\r\n\r\n']) {
      for (let cut = 0; cut <= lines.length; cut += 1) {
        const reader = new HeadReader(LIMITS);
        const buffer = new RingBuffer();
        for (const part of [lines.slice(0, cut), lines.slice(cut), `${head}\r\nrest`]) {
          buffer.writeString(part);
          reader.skipEmptyLines(buffer);
          reader.find(buffer);
        }
        reader.skipEmptyLines(buffer);
        expect(buffer.length).toBe(head.length + 6);
      }
    }
  });

  it('takes a head of just as many bytes and lines as are allowed', () => {
    const texts = [
      `GET / HTTP/1.1\r\nA: ${'x'.repeat(8192 - 16 - 3 - 4)}\r\n\r\n`,
      `GET / HTTP/1.1\r\n${'A: b\r\n'.repeat(100)}\r\n`,
    ];
    for (const text of texts) {
      const buffer = new RingBuffer();
      buffer.writeString(text);
      expect(new HeadReader(LIMITS).find(buffer)).toBe(text.length);
    }
  });
});

describe('parseRequestHead', () => {
  it('reads a request', () => {
    const { method, target, headers } = parseRequestHead(
      'GET /a?b=c HTTP/1.1\r\nHOST: \t x.y:80 \r\nCookie: a\r\nCookie:b\r\nEmpty:',
    );
    expect([method, target]).toEqual(['GET', '/a?b=c']);
    expect(Object.fromEntries(headers)).toEqual({ host: 'x.y:80', cookie: 'a; b', empty: '' });
  });

  it('joins what comes twice so that it can be taken apart', () => {
    const lines = ['Host: a', 'A: b', 'a: c', 'Set-Cookie: d=1; Expires=Wed, 1', 'Set-Cookie: e'];
    const { headers } = parseRequestHead(`GET / HTTP/1.1\r\n${lines.join('\r\n')}`);
    expect(headers.get('a')).toBe('b, c');
    expect(headers.get('set-cookie')?.split('\n')).toEqual(['d=1; Expires=Wed, 1', 'e']);
  });

  it.each([
    ['no HTTP', 'hello', 400],
    ['two spaces', 'GET  / HTTP/1.1\r\nHost: a', 400],
    ['no target', 'GET HTTP/1.1\r\nHost: a', 400],
    ['a method that is no token', 'G@T / HTTP/1.1\r\nHost: a', 400],
    ['a version that is none', 'GET / HTTP/11\r\nHost: a', 400],
    ['a target that is no path', 'GET a HTTP/1.1\r\nHost: a', 400],
    ['a target with more than an asterisk', 'GET *a HTTP/1.1\r\nHost: a', 400],
    ['two Hosts of HTTP/1.0', 'GET / HTTP/1.0\r\nHost: a\r\nHost: b', 400],
    ['HTTP/1.2', 'GET / HTTP/1.2\r\nHost: a', 505],
    ['HTTP/2.0', 'GET / HTTP/2.0\r\nHost: a', 505],
    ['no Host', 'GET / HTTP/1.1', 400],
    ['two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b', 400],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost: a\r\nUpgrade : websocket', 400],
    ['a continued line', 'GET / HTTP/1.1\r\nHost: a\r\n b', 400],
    ['a line without a colon', 'GET / HTTP/1.1\r\nHost: a\r\nabc', 400],
    ['no name', 'GET / HTTP/1.1\r\nHost: a\r\n: b', 400],
    ['a control character', 'GET / HTTP/1.1\r\nHost: a\r\nA: b\x00c', 400],
    ['a CR within a line', 'GET / HTTP/1.1\r\nHost: a\r\nA: b\rc', 400],
  ])('refuses %s', (_name, head, status) => {
    expect(statusOf(() => parseRequestHead(head))).toBe(status);
  });
});

describe('UpgradeRequest', () => {
  const address = { transport: 'tcp', host: '127.0.0.1', port: 1 } as const;

  it.each([
    ['/', '/', ''],
    ['/a/b?c=d?e', '/a/b', 'd?e'],
    ['//a', '//a', ''],
    ['http://example.org', '/', ''],
    ['http://example.org?c=d', '/', 'd'],
    ['http://example.org:80/a?c=http://x/y', '/a', 'http://x/y'],
    ['WS://example.org/a//b', '/a//b', ''],
    ['*', '*', ''],
  ])('of %s', (target, path, value) => {
    const head = parseRequestHead(`GET ${target} HTTP/1.1\r\nHost: a`);
    const request = new UpgradeRequest(head, address);
    expect([request.path, request.query.get('c') ?? '']).toEqual([path, value]);
  });
});

describe('checkUpgrade', () => {
  const swap = (from: string, to: string) => headOf(upgradeRequest()).replace(from, to);

  it('gives the key of a request in order', () => {
    const head = parseRequestHead(headOf(upgradeRequest()));
    expect(wantsUpgrade(head)).toBe(true);
    expect(checkUpgrade(head)).toBe(KEY);
  });

  it.each([
    ['another method', swap('GET', 'POST'), 405],
    ['no Connection: Upgrade', swap('keep-alive, Upgrade', 'keep-alive'), 400],
    ['another version', swap('Version: 13', 'Version: 8'), 426],
    ['two versions', swap('Version: 13', 'Version: 13\r\nSec-WebSocket-Version: 8'), 426],
    ['no version', swap('Sec-WebSocket-Version: 13\r\n', ''), 426],
    ['no key', swap(`Sec-WebSocket-Key: ${KEY}`, 'A: b'), 400],
    ['a short key', swap(KEY, 'dGhlIHNhbXBsZQ=='), 400],
    ['two keys', swap(KEY, `${KEY}\r\nSec-WebSocket-Key: ${KEY}`), 400],
    ['a body', swap('Host:', 'Content-Length: 5\r\nHost:'), 400],
    ['a chunked body', swap('Host:', 'Transfer-Encoding: chunked\r\nHost:'), 400],
    ['a subprotocol that is no token', swap('Host:', 'Sec-WebSocket-Protocol: a b\r\nHost:'), 400],
    ['a subprotocol twice', swap('Host:', 'Sec-WebSocket-Protocol: a, a\r\nHost:'), 400],
  ])('refuses %s', (_name, head, status) => {
    expect(statusOf(() => checkUpgrade(parseRequestHead(head)))).toBe(status);
  });

  it('leaves alone what is no upgrade', () => {
    const plain = parseRequestHead(swap('Upgrade: websocket', 'Upgrade: h2c'));
    expect(wantsUpgrade(plain)).toBe(false);
    expect(wantsUpgrade(parseRequestHead(swap('websocket', 'h2c, WebSocket')))).toBe(true);
  });
});

describe('answers', () => {
  it('make the accept key of RFC 6455, section 1.3', () => expect(acceptKeyOf(KEY)).toBe(ACCEPT));

  it('are written with a length, and closed or kept', () => {
    const reply = { status: 200, headers: { 'X-A': 'b' }, body: 'é' };
    const text = (keepAlive: boolean, withoutBody: boolean) =>
      Buffer.from(writeReply(reply, { keepAlive, withoutBody })).toString();
    expect(text(true, false)).toMatch(
      /^HTTP\/1\.1 200 OK\r\nX-A: b\r\n[\s\S]*Content-Length: 2\r\n[\s\S]*keep-alive[\s\S]*\r\n\r\né$/,
    );
    expect(text(false, true)).toMatch(/Content-Length: 2\r\nConnection: close\r\n[\s\S]*\r\n\r\n$/);
    const none = writeReply({ status: 204 }, { keepAlive: true, withoutBody: false });
    expect(Buffer.from(none).toString()).not.toMatch(/Content-Length/);
  });

  it('hold nothing that could begin another line', () => {
    const bad = { 'X-A': 'b\r\nX-C: d' };
    expect(() => writeUpgrade(ACCEPT, '', '', bad)).toThrow('X-A');
    expect(() => writeUpgrade(ACCEPT, '', '', { 'X A': 'b' })).toThrow('X A');
    expect(() => writeUpgrade(ACCEPT, '', '', { upgrade: 'h2c' })).toThrow('upgrade');
    expect(() => writeReply({ status: 99 }, { keepAlive: true, withoutBody: false })).toThrow('99');
  });
});

describe('a client', () => {
  const url = parseWebSocketUrl('ws://localhost:81/a?b=c');

  it('reads urls', () => {
    expect(url).toEqual({ address: 'tcp://localhost:81', host: 'localhost:81', target: '/a?b=c' });
    expect(parseWebSocketUrl('ws://[::1]/')).toEqual({
      address: 'tcp://[::1]:80',
      host: '[::1]',
      target: '/',
    });
    expect(parseWebSocketUrl('ws+unix:///run/a.sock:/b:c')).toEqual({
      address: 'unix:///run/a.sock',
      host: 'localhost',
      target: '/b:c',
    });
    for (const bad of ['wss://a/', 'http://a/', 'ws://a/#b', 'a', 'ws+unix://a', 'ws://a:99999']) {
      expect(() => parseWebSocketUrl(bad)).toThrow(bad);
    }
    // It would be dropped without a word, and has no place in a message.
    expect(() => parseWebSocketUrl('ws://me:secret@a/')).toThrow(/^(?!.*secret).*Authorization/);
  });

  it('writes a request that a server takes', () => {
    const request = {
      url,
      key: KEY,
      protocols: ['a', 'b'],
      extensions: 'x',
      headers: { Cookie: 'd' },
    };
    const text = Buffer.from(writeClientRequest(request)).toString();
    expect(text.endsWith('\r\n\r\n')).toBe(true);
    const head = parseRequestHead(headOf(text));
    expect(checkUpgrade(head)).toBe(KEY);
    expect(head.headers.get('sec-websocket-protocol')).toBe('a, b');
    expect(head.headers.get('cookie')).toBe('d');
    expect(() => writeClientRequest({ ...request, protocols: ['a', 'a'] })).toThrow('protocols');
    const several = { ...request, headers: { 'X-A': ['1', '2'], 'X-B': [] } };
    expect(Buffer.from(writeClientRequest(several)).toString()).toContain(
      '\r\nX-A: 1\r\nX-A: 2\r\n\r\n',
    );
    expect(() => writeClientRequest({ ...request, headers: { A: ['b', 'c\nd'] } })).toThrow('A');
    expect(() => writeClientRequest({ ...request, headers: { Host: 'x' } })).toThrow('Host');
  });

  const answer = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: ${ACCEPT}`;

  it('checks the answer', () => {
    const check = (head: string) => checkResponse(parseResponseHead(head), KEY, ['a']);
    expect(check(answer)).toBe('');
    expect(check(`${answer}\r\nSec-WebSocket-Protocol: a`)).toBe('a');
    for (const bad of [
      answer.replace('101', '200'),
      answer.replace('WebSocket\r', 'h2c\r'),
      answer.replace('Connection: upgrade', 'Connection: close'),
      answer.replace(ACCEPT, 'AAAA'),
      `${answer}\r\nSec-WebSocket-Protocol: b`,
    ]) {
      expect(() => check(bad)).toThrow('could not be opened');
    }
    for (const bad of ['HTTP/1.0 101 A', 'hello', 'HTTP/1.1 1x1']) {
      expect(statusOf(() => parseResponseHead(bad))).toBe(400);
    }
  });
});
