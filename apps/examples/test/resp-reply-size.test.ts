import { createTestConnection } from '@gev/conformance';
import { RingBuffer } from '@gev/ringbuffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../src/protocols/resp/limits.js';
import { bulk, type Reply, RespMap, Verbatim } from '../src/protocols/resp/reply.js';
import { isWithin } from '../src/protocols/resp/reply-size.js';
import { writeReply } from '../src/protocols/resp/reply-writer.js';
import { resp } from '../src/protocols/resp/resp.js';
import { Session } from '../src/redis/session.js';

const bytes = fc.uint8Array({ maxLength: 40 });
const text = fc.string({ unit: 'binary-ascii', maxLength: 40 });
const { reply } = fc.letrec<{ reply: Reply; list: Reply; map: Reply }>((tie) => ({
  reply: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.maxSafeInteger(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    text,
    bytes,
    bytes.map((each) => bulk(each)),
    text.map((each) => new Verbatim(each)),
    tie('list'),
    tie('map'),
  ),
  list: fc.array(tie('reply'), { maxLength: 5 }),
  map: fc
    .array(fc.tuple(text, tie('reply')), { maxLength: 5 })
    .map((entries) => new RespMap(entries)),
}));

function sizeOf(value: Reply, version: 2 | 3): number {
  const out = new RingBuffer();
  writeReply(value, out, version);
  return out.length;
}

/** Strings, lists and integers in a reply, which count for more than they take. */
function partsOf(value: Reply): number {
  const parts = value instanceof RespMap ? value.entries : Array.isArray(value) ? value : [];
  return parts.reduce((sum: number, part: Reply) => sum + partsOf(part), 1);
}

describe('the size of a reply', () => {
  it('is never taken for less than it is, nor for much more', () => {
    fc.assert(
      fc.property(reply, (value) => {
        const size = Math.max(sizeOf(value, 2), sizeOf(value, 3));
        expect(isWithin(value, size - 1)).toBe(false);
        expect(isWithin(value, size + 24 * partsOf(value))).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it('of a string that is packed already, and of null, is exact', () => {
    const value = bulk(new Uint8Array(300));
    expect([isWithin(value, 307), isWithin(value, 308)]).toEqual([false, true]);
    expect([isWithin(null, 4), isWithin(null, 5)]).toEqual([false, true]);
  });
});

describe('the protocol', () => {
  const pack = (value: Reply) => {
    const connection = createTestConnection<Reply>();
    connection.context = new Session();
    const out = new RingBuffer();
    resp({ ...DEFAULT_LIMITS, maxReply: 1000 }).pack(value, out, connection);
    return Buffer.from(out.bytes()).toString('latin1');
  };
  const value = bulk(new Uint8Array(93).fill(0x78));

  it('packs what is within the cap', () => {
    expect(pack(Array(9).fill(value))).toBe(`*9\r\n${`$93\r\n${'x'.repeat(93)}\r\n`.repeat(9)}`);
  });

  it.each<[string, Reply]>([
    ['a list', Array(10).fill(value)],
    ['a list of lists', Array(10).fill([value])],
    ['a map', new RespMap(Array(10).fill(['name', value]))],
    ['a string', 'x'.repeat(1000)],
  ])('tells an error, and nothing else, in place of %s over it', (_, over) => {
    expect(pack(over)).toBe('-ERR reply of more than 1000 bytes: ask for less at once\r\n');
  });
});
