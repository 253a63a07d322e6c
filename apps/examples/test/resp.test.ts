import { createTestConnection, protocolSuite } from '@gev/conformance';
import { RingBuffer } from '@gev/ringbuffer';
import fc from 'fast-check';
import type { Protocol } from 'gev';
import { describe, expect, it } from 'vitest';
import { bulk, failure, type Reply, RespMap, Verbatim } from '../src/protocols/resp/reply.js';
import { writeReply } from '../src/protocols/resp/reply-writer.js';
import type { Request } from '../src/protocols/resp/request.js';
import { RequestParser } from '../src/protocols/resp/request-parser.js';
import { resp } from '../src/protocols/resp/resp.js';
import { WrappingBuffer } from './wrapping-buffer.js';

const LIMITS = { maxArguments: 2000, maxBulk: 100_000, maxInline: 100, maxReply: 1000 };

const argumentsOf = (request: Request) =>
  Array.from({ length: request.count }, (_, index) => request.copy(index));

/** A request as clients send it. */
function encode(parts: readonly Uint8Array[]): Uint8Array {
  const head = `*${parts.length}\r\n`;
  const pieces = parts.flatMap((part) => [`$${part.length}\r\n`, part, '\r\n']);
  return Uint8Array.from(Buffer.concat([head, ...pieces].map((piece) => Buffer.from(piece))));
}

/** The protocol with requests as lists of arguments, which can be compared, and packed as requests. */
function listed(): Protocol<Uint8Array[], Uint8Array[]> {
  const protocol = resp(LIMITS);
  return {
    unpack(buffer, connection) {
      const request = protocol.unpack(buffer, connection as never);
      return request && argumentsOf(request);
    },
    pack: (parts, out) => out.write(encode(parts)),
    onClose: (connection) => protocol.onClose?.(connection as never),
  };
}

const filled = (size: number) => new Uint8Array(size).fill(size);

protocolSuite<Uint8Array[], Uint8Array[]>({ describe, it }, 'arrays of bulk strings', {
  create: listed,
  createBuffer: () => new RingBuffer(),
  messages: [
    [filled(3)],
    [filled(3), filled(16)],
    [filled(3), filled(9), filled(10), filled(99), filled(100)],
    [filled(0), filled(0)],
    [Uint8Array.from(Buffer.from('*3\r\n$3\r\n')), filled(1)],
    Array.from({ length: 40 }, (_, index) => filled(index)),
  ],
  emptyMessage: [],
});

protocolSuite<Uint8Array[], Uint8Array[]>({ describe, it }, 'large arrays of bulk strings', {
  create: listed,
  createBuffer: () => new RingBuffer(),
  messages: [
    [filled(3), filled(100_000)],
    Array.from({ length: 300 }, (_, index) => filled(index % 11)),
  ],
  garbage: false,
});

protocolSuite<Uint8Array[], Uint8Array[]>({ describe, it }, 'lines', {
  create: listed,
  createBuffer: () => new RingBuffer(),
  messages: [['PING'], ['SET', 'key', 'some value'], ['GET', 'a"b\\c']].map((words) =>
    words.map((word) => Uint8Array.from(Buffer.from(word))),
  ),
  encode(parts) {
    const words = parts.map(
      (part) => `"${Buffer.from(part).toString().replace(/["\\]/g, '\\$&')}"`,
    );
    return Uint8Array.from(Buffer.from(`${words.join(' ')}\r\n`));
  },
});

/** All requests in the bytes, each as a list of strings. */
function parse(text: string, limits = LIMITS): string[][] {
  const parser = new RequestParser(limits);
  const buffer = new RingBuffer();
  buffer.write(Buffer.from(text, 'latin1'));
  const found: string[][] = [];
  for (;;) {
    const request = parser.parse(buffer, parser);
    if (request === undefined) return found;
    found.push(argumentsOf(request).map((part) => Buffer.from(part).toString('latin1')));
  }
}

describe('a line', () => {
  it.each([
    ['PING\r\n', ['PING']],
    ['PING\n', ['PING']],
    ['  set  a\tb \r\n', ['set', 'a', 'b']],
    ['\r\n', []],
    ['set a "b c\\n\\x41\\"\\q"\r\n', ['set', 'a', 'b c\nA"q']],
    ["set a 'b\\n\\'c'\n", ['set', 'a', "b\\n'c"]],
    ['get ""\n', ['get', '']],
    ['get a"b"\n', ['get', 'ab']],
    ['get "\\xzz\\x4"\n', ['get', 'xzzx4']],
  ])('%j is %j', (line, words) => {
    expect(parse(line)).toEqual([words]);
  });

  it.each(['"a\n', "'a\n", '"a"b\n', "'a'b\n", '"a\\"\n', "'a\\'\n"])('%j is refused', (line) => {
    expect(() => parse(line)).toThrow('Protocol error: unbalanced quotes in request');
  });
});

describe('a client that breaks the protocol', () => {
  it.each([
    ['*2001\r\n', 'invalid multibulk length'],
    ['*99999999999', 'invalid multibulk length'],
    ['*x\r\n', 'invalid multibulk length'],
    ['*01\r\n', 'invalid multibulk length'],
    ['*\r\n', 'invalid multibulk length'],
    ['*1\r\n+1\r\n', "expected '$', got '+'"],
    ['*1\r\n$-1\r\n', 'invalid bulk length'],
    ['*1\r\n$100001\r\n', 'invalid bulk length'],
    ['*1\r\n$1 \r\n', 'invalid bulk length'],
    ['x'.repeat(101), 'too big inline request'],
  ])('with %j is told so', (bytes, message) => {
    expect(() => parse(bytes)).toThrow(`Protocol error: ${message}`);
    expect(() => parse(`PING\r\n${bytes}`)).toThrow(
      expect.objectContaining({ code: 'ERR_GEV_PROTOCOL' }),
    );
  });

  it('at the limits is served', () => {
    expect(parse(`*1\r\n$100000\r\n${'x'.repeat(100_000)}\r\n`)).toHaveLength(1);
    expect(parse(`*2000\r\n${'$1\r\nx\r\n'.repeat(2000)}`)[0]).toHaveLength(2000);
    expect(parse(`${'x'.repeat(100)}\n`, { ...LIMITS, maxInline: 101 })).toHaveLength(1);
    expect(parse('*-1\r\n*0\r\n')).toEqual([[], []]);
  });
});

const runs = process.env['GEV_TEST_NIGHTLY'] ? 100_000 : 5_000;

describe('whatever is sent', () => {
  const CAPACITY = 4096;
  const piece = fc.oneof(
    fc.constantFrom(
      '*',
      '$',
      '\r\n',
      '"',
      "'",
      '*1\r\n',
      '*2\r\n$3\r\nGET\r\n',
      '$1\r\na\r\n',
      'x',
    ),
    fc.nat(200).map(String),
    fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  );

  it(`gives the same requests in any pieces (${runs} cases)`, () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 20 }),
        fc.array(fc.nat(30)),
        fc.nat(99),
        (parts, sizes, wrapsAt) => {
          const text = parts.join('');
          expect(feed(text, sizes, wrapsAt)).toEqual(feed(text, [], CAPACITY));
        },
      ),
      { numRuns: runs },
    );
  }, 120_000);

  /**
   * Requests, and how it ended: with this error, or so many bytes left.
   *
   * @param wrapsAt behind how many bytes they wrap round in the buffer
   */
  function feed(
    text: string,
    sizes: readonly number[],
    wrapsAt: number,
  ): [string[][], string | number] {
    const protocol = resp(LIMITS);
    const connection = createTestConnection<Reply>();
    const buffer = new WrappingBuffer(CAPACITY, wrapsAt);
    const bytes = Buffer.from(text, 'latin1');
    const found: string[][] = [];
    let at = 0;
    try {
      for (const size of [...sizes, bytes.length]) {
        buffer.write(bytes.subarray(at, at + size));
        at = Math.min(bytes.length, at + size);
        for (;;) {
          const request = protocol.unpack(buffer, connection);
          if (request === undefined) break;
          found.push(argumentsOf(request).map((part) => Buffer.from(part).toString('latin1')));
        }
      }
    } catch (error) {
      return [found, error instanceof Error ? error.message : 'no error'];
    }
    return [found, buffer.length];
  }
});

describe('a reply', () => {
  const write = (reply: Reply, version: 2 | 3) => {
    const out = new RingBuffer();
    writeReply(reply, out, version);
    return Buffer.from(out.bytes()).toString('latin1');
  };

  it.each<[Reply, string, string?]>([
    [null, '$-1\r\n', '_\r\n'],
    [0, ':0\r\n'],
    [-12, ':-12\r\n'],
    [9007199254740993n, ':9007199254740993\r\n'],
    ['', '$0\r\n\r\n'],
    ['caf\xe9', '$4\r\ncaf\xe9\r\n'],
    [Uint8Array.of(0x61), '$1\r\na\r\n'],
    [bulk(Buffer.from('abc'), 1, 3), '$2\r\nbc\r\n'],
    [bulk(new Uint8Array(300).fill(0x78)), `$300\r\n${'x'.repeat(300)}\r\n`],
    [failure('ERR a\r\nb'), '-ERR a  b\r\n'],
    [
      [1, null, ['a']],
      '*3\r\n:1\r\n$-1\r\n*1\r\n$1\r\na\r\n',
      '*3\r\n:1\r\n_\r\n*1\r\n$1\r\na\r\n',
    ],
    [new RespMap([['a', 1]]), '*2\r\n$1\r\na\r\n:1\r\n', '%1\r\n$1\r\na\r\n:1\r\n'],
    [new Verbatim('abc'), '$3\r\nabc\r\n', '=7\r\ntxt:abc\r\n'],
  ])('is written as its version has it: case %#', (reply, two, three = two) => {
    expect(write(reply, 2)).toBe(two);
    expect(write(reply, 3)).toBe(three);
  });
});
