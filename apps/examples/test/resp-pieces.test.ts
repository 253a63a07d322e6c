import { describe, expect, it } from 'vitest';
import type { Request } from '../src/protocols/resp/request.js';
import { RequestParser } from '../src/protocols/resp/request-parser.js';
import { WrappingBuffer } from './wrapping-buffer.js';

/** Counts each byte that is looked at, searched or copied. */
class Witness extends WrappingBuffer {
  touched = 0;

  override peek(size: number): readonly [Uint8Array, Uint8Array] {
    const [first, second] = super.peek(size);
    return [this.#watch(first), this.#watch(second)];
  }

  override indexOf(byte: number, from = 0): number {
    const found = super.indexOf(byte, from);
    this.touched += (found === -1 ? this.length : found + 1) - from;
    return found;
  }

  override take(size: number): Uint8Array | undefined {
    this.touched += size;
    return super.take(size);
  }

  /** The same bytes; a method of theirs counts as a look at each. */
  #watch(bytes: Uint8Array): Uint8Array {
    return new Proxy(bytes, {
      get: (_, name) => {
        if (name === 'subarray') {
          return (from: number, to: number) => this.#watch(bytes.subarray(from, to));
        }
        const value: unknown = Reflect.get(bytes, name);
        const isMethod = typeof value === 'function';
        if (isMethod) this.touched += bytes.length;
        else if (name !== 'length') this.touched += 1;
        return isMethod ? value.bind(bytes) : value;
      },
    });
  }
}

const LIMITS = { maxArguments: 100_000, maxBulk: 100_000, maxInline: 100_000 };

/** Parses one request that comes in pieces of three bytes. */
function parse(text: string, wraps: boolean): { request: Request | undefined; touched: number } {
  const bytes = Buffer.from(text);
  const parser = new RequestParser(LIMITS);
  const capacity = 2 * bytes.length;
  const buffer = new Witness(capacity, wraps ? Math.floor(bytes.length / 4) : capacity);
  let request: Request | undefined;
  for (let at = 0; at < bytes.length; at += 3) {
    expect(request).toBeUndefined();
    buffer.write(bytes.subarray(at, at + 3));
    request = parser.parse(buffer, parser);
  }
  return { request, touched: buffer.touched };
}

const REQUESTS: Readonly<Record<string, (size: number) => string>> = {
  'an array of many': (size) => `*${size / 8}\r\n${'$2\r\nxy\r\n'.repeat(size / 8)}`,
  'an array of few that are large': (size) => {
    const large = `$${size / 2}\r\n${'x'.repeat(size / 2)}\r\n`;
    return `*2\r\n${large}${large}`;
  },
  'a line': (size) => `${'x'.repeat(size)}\n`,
};

describe.each(Object.entries(REQUESTS))('%s in many pieces', (_, make) => {
  it.each([
    ['in one stretch', false],
    ['where the buffer wraps round', true],
  ])('has each byte looked at a few times, however many there are, %s', (_where, wraps) => {
    const [small, large] = [make(8_000), make(64_000)];
    const more = parse(large, wraps).touched - parse(small, wraps).touched;
    // The bytes of a short request are looked at again with each piece.
    expect(more / (large.length - small.length)).toBeLessThan(4);
  });

  it('is whole with its last byte, wherever the buffer wraps round', () => {
    const text = make(8_000);
    const [plain, wrapped] = [false, true].map((wraps) => parse(text, wraps).request!);
    const argumentsOf = (request: Request) =>
      Array.from({ length: request.count }, (_, index) => request.copy(index));
    expect(argumentsOf(wrapped!)).toEqual(argumentsOf(plain!));
    expect(plain!.count).toBeGreaterThan(0);
  });
});
