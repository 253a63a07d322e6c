import assert from 'node:assert/strict';
import type { ReadBuffer, WriteBuffer } from '@gev/core';
import { Random } from './poller-suite/random.js';
import type { Runner } from './runner.js';

/** What the suite tests: the two halves of the contract in one queue. */
export type ReadWriteBuffer = ReadBuffer & WriteBuffer;

type Create = () => ReadWriteBuffer;

/** Positions where small rings wrap, and those about the usual capacities. */
const POSITIONS = [...range(0, 80), ...[128, 256, 512, 1024, 4096].flatMap(around)];

/** More than any number has, so that each number is cut at each of its bytes. */
const SAMPLE = Uint8Array.of(
  0xfe,
  0xdc,
  0xba,
  0x98,
  0x76,
  0x54,
  0x32,
  0x10,
  0x0f,
  0x81,
  0x00,
  0xff,
);

/**
 * Checks a buffer that is written to and read from, at every position where it may wrap.
 *
 * @param create makes an empty buffer that can hold 64 KiB, be it by growing
 */
export function bufferSuite(runner: Runner, name: string, create: Create): void {
  runner.describe(`${name} as a ReadBuffer and WriteBuffer`, () => {
    emptyTests(runner, create);
    numberTests(runner, create);
    peekTests(runner, create);
    consumeTests(runner, create);
    searchTests(runner, create);
    writeTests(runner, create);
    mixedTests(runner, create);
  });
}

function emptyTests({ it }: Runner, create: Create): void {
  it('has nothing at first, and says so', () => hasNothing(create()));

  it('has nothing when everything was consumed', () => {
    everywhere(create, SAMPLE, (buffer) => {
      buffer.retrieve(SAMPLE.length);
      hasNothing(buffer);
    });
  });
}

function numberTests({ it }: Runner, create: Create): void {
  it('peeks big-endian numbers at every offset', () => {
    const view = new DataView(SAMPLE.buffer);
    everywhere(create, SAMPLE, (buffer) => {
      for (let at = 0; at < SAMPLE.length; at += 1) {
        const left = SAMPLE.length - at;
        assert.equal(buffer.peekUint8(at), view.getUint8(at));
        assert.equal(buffer.peekUint16(at), left < 2 ? undefined : view.getUint16(at));
        assert.equal(buffer.peekUint32(at), left < 4 ? undefined : view.getUint32(at));
        assert.equal(buffer.peekUint64(at), left < 8 ? undefined : view.getBigUint64(at));
      }
      assert.equal(buffer.length, SAMPLE.length, 'peeking consumed bytes');
    });
  });

  it('peeks undefined, not 0, when the number is not whole', () => {
    for (let length = 0; length < 8; length += 1) {
      everywhere(create, SAMPLE.subarray(0, length), (buffer) => {
        assert.equal(buffer.peekUint8(), length < 1 ? undefined : 0xfe);
        assert.equal(buffer.peekUint16(), length < 2 ? undefined : 0xfedc);
        assert.equal(buffer.peekUint32(), length < 4 ? undefined : 0xfedcba98);
        assert.equal(buffer.peekUint64(), undefined);
        assert.equal(buffer.peekUint8(length), undefined);
      });
    }
  });

  it('writes numbers that it peeks', () => {
    for (const position of POSITIONS) {
      const buffer = advanced(create, position);
      buffer.writeUint8(0xa5);
      buffer.writeUint16(0xfedc);
      buffer.writeUint32(0xfedcba98);
      buffer.writeUint64(0xfedcba9876543210n);
      buffer.retrieve(buffer.length - 15);
      assert.equal(buffer.peekUint8(), 0xa5, at(position));
      assert.equal(buffer.peekUint16(1), 0xfedc, at(position));
      assert.equal(buffer.peekUint32(3), 0xfedcba98, at(position));
      assert.equal(buffer.peekUint64(7), 0xfedcba9876543210n, at(position));
    }
  });
}

function peekTests({ it }: Runner, create: Create): void {
  it('peeks the first bytes as one or two views, and consumes none', () => {
    everywhere(create, SAMPLE, (buffer) => {
      for (let size = 0; size <= SAMPLE.length + 2; size += 1) {
        assert.deepEqual(peeked(buffer, size), SAMPLE.slice(0, size));
      }
      assert.equal(buffer.length, SAMPLE.length);
    });
  });
}

function consumeTests({ it }: Runner, create: Create): void {
  it('takes bytes as one view', () => {
    for (let size = 0; size <= SAMPLE.length; size += 1) {
      everywhere(create, SAMPLE, (buffer) => {
        assert.deepEqual(plain(buffer.take(size)), SAMPLE.slice(0, size));
        assert.deepEqual(peeked(buffer, SAMPLE.length), SAMPLE.slice(size));
      });
    }
  });

  it('takes nothing when there are fewer', () => {
    everywhere(create, SAMPLE, (buffer) => {
      assert.equal(buffer.take(SAMPLE.length + 1), undefined);
      assert.deepEqual(peeked(buffer, SAMPLE.length), SAMPLE);
    });
  });

  it('reads into a target, as much as there is', () => {
    for (let size = 0; size <= SAMPLE.length + 2; size += 1) {
      everywhere(create, SAMPLE, (buffer) => {
        const target = new Uint8Array(size).fill(0x55);
        const count = Math.min(size, SAMPLE.length);
        assert.equal(buffer.read(target), count);
        assert.deepEqual(target.subarray(0, count), SAMPLE.subarray(0, count));
        assert.ok(
          target.subarray(count).every((byte) => byte === 0x55),
          'wrote past the count',
        );
        assert.deepEqual(peeked(buffer, SAMPLE.length), SAMPLE.slice(size));
      });
    }
  });

  it('drops bytes, and all of them when told to drop more', () => {
    for (let size = 0; size <= SAMPLE.length + 2; size += 1) {
      everywhere(create, SAMPLE, (buffer) => {
        buffer.retrieve(size);
        assert.equal(buffer.length, Math.max(0, SAMPLE.length - size));
        assert.deepEqual(peeked(buffer, SAMPLE.length), SAMPLE.slice(size));
      });
    }
  });
}

function searchTests({ it }: Runner, create: Create): void {
  it('finds the first of a byte, counted from the read position', () => {
    const bytes = Uint8Array.of(1, 2, 3, 2, 1);
    everywhere(create, bytes, (buffer) => {
      for (let from = 0; from <= bytes.length + 1; from += 1) {
        for (const byte of [1, 2, 3, 4]) {
          assert.equal(buffer.indexOf(byte, from), bytes.indexOf(byte, from));
        }
      }
      assert.equal(buffer.indexOf(3), 2);
      buffer.retrieve(3);
      assert.equal(buffer.indexOf(3), -1, 'found a byte that was consumed');
      assert.equal(buffer.indexOf(1), 1);
    });
  });

  it('finds a byte far away', () => {
    const bytes = new Uint8Array(3000);
    bytes[2999] = 10;
    for (const position of [0, 1, 1000, 2000, 4000]) {
      const buffer = holding(create, position, bytes);
      assert.equal(buffer.indexOf(10), 2999, at(position));
      assert.equal(buffer.indexOf(10, 2999), 2999, at(position));
      assert.equal(buffer.indexOf(11), -1, at(position));
    }
  });
}

function writeTests({ it }: Runner, create: Create): void {
  it('writes UTF-8 and tells how many bytes', () => {
    for (const text of ['', 'plain', 'größer', '€', '😀 and more', 'long '.repeat(50)]) {
      const bytes = new TextEncoder().encode(text);
      for (const position of POSITIONS) {
        const buffer = advanced(create, position);
        assert.equal(buffer.writeString(text), bytes.length, at(position));
        buffer.retrieve(buffer.length - bytes.length);
        assert.deepEqual(peeked(buffer, bytes.length), bytes, at(position));
      }
    }
  });

  it('holds 64 KiB, in the order written', () => {
    const buffer = create();
    for (let value = 0; value < 16_384; value += 1) buffer.writeUint32(value);
    assert.equal(buffer.length, 65_536);
    for (let value = 0; value < 16_384; value += 1) {
      assert.equal(buffer.peekUint32(), value);
      buffer.retrieve(4);
    }
    hasNothing(buffer);
  });

  it('copies what is written, so that its memory can be used again', () => {
    for (const size of [1, 100, 600, 20_000]) {
      const buffer = create();
      const memory = new Uint8Array(size).fill(1);
      buffer.write(memory);
      buffer.write(memory.fill(2));
      memory.fill(3);
      assert.ok(buffer.take(size)?.every((byte) => byte === 1));
      assert.ok(buffer.take(size)?.every((byte) => byte === 2));
    }
  });

  it('writes nothing when nothing is written', () => {
    everywhere(create, SAMPLE, (buffer) => {
      buffer.write(new Uint8Array(0));
      assert.equal(buffer.writeString(''), 0);
      assert.deepEqual(peeked(buffer, 100), SAMPLE);
    });
  });
}

function mixedTests({ it }: Runner, create: Create): void {
  it('keeps the order of bytes through any mix of writing and reading', () => {
    for (let seed = 1; seed <= 40; seed += 2) mix(create(), seed);
  });
}

/** Writes and reads by turns, against a plain array. */
function mix(buffer: ReadWriteBuffer, seed: number): void {
  const random = new Random(seed);
  const model: number[] = [];
  for (let step = 0; step < 500; step += 1) {
    const bytes = random.bytes(random.below(40));
    buffer.write(bytes);
    model.push(...bytes);
    const size = random.below(50);
    const expected = model.slice(0, size);
    if (random.below(2) === 0) {
      const target = new Uint8Array(size);
      const count = buffer.read(target);
      assert.deepEqual([...target.subarray(0, count)], expected, `seed ${seed}, step ${step}`);
    } else {
      const taken = buffer.take(expected.length);
      assert.deepEqual([...(taken ?? [])], expected, `seed ${seed}, step ${step}`);
    }
    model.splice(0, expected.length);
    assert.equal(buffer.length, model.length, `seed ${seed}, step ${step}`);
  }
}

function hasNothing(buffer: ReadWriteBuffer): void {
  assert.equal(buffer.length, 0);
  assert.equal(buffer.peekUint8(), undefined);
  assert.equal(buffer.peekUint16(), undefined);
  assert.equal(buffer.peekUint32(), undefined);
  assert.equal(buffer.peekUint64(), undefined);
  assert.deepEqual(peeked(buffer, 10), new Uint8Array(0));
  assert.equal(buffer.indexOf(0), -1);
  assert.equal(buffer.take(1), undefined);
  assert.equal(buffer.take(0)?.length, 0, 'no bytes are there to be taken');
  assert.equal(buffer.read(new Uint8Array(1)), 0);
  buffer.retrieve(1);
  assert.equal(buffer.length, 0);
}

/** Runs `body` on buffers that hold `bytes`, once for each position. */
function everywhere(
  create: Create,
  bytes: Uint8Array,
  body: (buffer: ReadWriteBuffer) => void,
): void {
  for (const position of POSITIONS) {
    try {
      body(holding(create, position, bytes));
    } catch (error) {
      if (error instanceof Error) error.message = `${at(position)}: ${error.message}`;
      throw error;
    }
  }
}

/** A buffer in which `bytes` begin `position` bytes behind where the first byte ever stood. */
function holding(create: Create, position: number, bytes: Uint8Array): ReadWriteBuffer {
  const buffer = advanced(create, position);
  buffer.write(bytes);
  buffer.retrieve(buffer.length - bytes.length);
  return buffer;
}

/**
 * A buffer whose next byte is written at `position`. One byte is left in it, because an empty
 * buffer may begin at the front again.
 */
function advanced(create: Create, position: number): ReadWriteBuffer {
  const buffer = create();
  buffer.write(new Uint8Array(position).fill(0x99));
  buffer.retrieve(position - 1);
  return buffer;
}

function peeked(buffer: ReadWriteBuffer, size: number): Uint8Array {
  const [first, second] = buffer.peek(size);
  return Uint8Array.of(...first, ...second);
}

/** A copy without the class of the view: a Buffer is as good as a Uint8Array. */
function plain(view: Uint8Array | undefined): Uint8Array | undefined {
  return view && Uint8Array.from(view);
}

function at(position: number): string {
  return `at position ${position}`;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

function around(capacity: number): number[] {
  return range(capacity - 14, capacity + 2);
}
