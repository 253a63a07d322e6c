import assert from 'node:assert/strict';
import { GevError } from '@gev/core';
import { describe, it } from 'vitest';
import { RingBuffer } from '../src/index.js';

function withCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof GevError && error.code === code;
}

describe('RingBuffer memory', () => {
  it('takes none before the first write', () => {
    const buffer = new RingBuffer(64);
    assert.equal(buffer.capacity, 0);
    assert.equal(buffer.isFull, false);
    assert.equal(buffer.take(0)?.length, 0);
    buffer.write(new Uint8Array(0));
    assert.equal(buffer.writeString(''), 0);
    assert.equal(buffer.capacity, 0);
    buffer.writeByte(1);
    assert.equal(buffer.capacity, 64);
  });

  it('grows by doubling', () => {
    const buffer = new RingBuffer(16);
    const capacities = new Set<number>();
    for (let count = 0; count < 100; count += 1) {
      buffer.writeByte(count);
      capacities.add(buffer.capacity);
    }
    assert.deepEqual([...capacities], [16, 32, 64, 128]);
    buffer.write(new Uint8Array(1000));
    assert.equal(buffer.capacity, 2048);
  });

  it('does not grow past maxCapacity, and a write that fails writes nothing', () => {
    const buffer = new RingBuffer(16, 40);
    buffer.write(new Uint8Array(38));
    assert.equal(buffer.capacity, 40);
    buffer.retrieve(1);
    for (const write of [
      () => buffer.writeUint32(1),
      () => buffer.writeUint64(1n),
      () => buffer.write(new Uint8Array(4)),
      () => buffer.writeString('four'),
    ]) {
      assert.throws(write, withCode('ERR_GEV_BUFFER_LIMIT'));
      assert.equal(buffer.length, 37);
    }
    buffer.writeUint16(7);
    buffer.writeUint8(7);
    assert.equal(buffer.isFull, true);
    assert.throws(() => buffer.writeUint8(1), withCode('ERR_GEV_BUFFER_LIMIT'));
    assert.throws(() => buffer.writeUint16(1), withCode('ERR_GEV_BUFFER_LIMIT'));
  });

  it('begins with maxCapacity where that is less than the initial capacity', () => {
    const buffer = new RingBuffer(1024, 10);
    buffer.write(new Uint8Array(10));
    assert.equal(buffer.capacity, 10);
  });

  it('shrinks to what is unread, or to a floor', () => {
    const buffer = new RingBuffer(16);
    buffer.write(new Uint8Array(1000).fill(7));
    buffer.retrieve(990);
    buffer.shrink(100);
    assert.equal(buffer.capacity, 100);
    buffer.shrink(200);
    assert.equal(buffer.capacity, 100);
    buffer.shrink(Number.NaN);
    assert.equal(buffer.capacity, 100);
    buffer.shrink();
    assert.equal(buffer.capacity, 10);
    assert.deepEqual(buffer.bytes(), new Uint8Array(10).fill(7));
    buffer.retrieveAll();
    buffer.shrink();
    assert.equal(buffer.capacity, 0);
    buffer.writeString('again');
    assert.equal(buffer.capacity, 16);
  });

  it('goes back to the initial capacity with reset, and keeps its memory with clear', () => {
    const buffer = new RingBuffer(16);
    buffer.write(new Uint8Array(100));
    buffer.clear();
    assert.deepEqual([buffer.length, buffer.capacity, buffer.peakLength], [0, 128, 0]);
    buffer.reset();
    assert.equal(buffer.capacity, 0);
    buffer.writeByte(1);
    buffer.reset();
    assert.deepEqual([buffer.length, buffer.capacity], [0, 16]);
  });

  it('remembers how full it was', () => {
    const buffer = new RingBuffer(16);
    buffer.write(new Uint8Array(30));
    buffer.retrieve(20);
    buffer.writeByte(1);
    assert.equal(buffer.peakLength, 30);
  });

  it('refuses capacities that are none', () => {
    for (const capacity of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => new RingBuffer(capacity), withCode('ERR_GEV_INVALID_OPTION'));
    }
    for (const limit of [0, -1, 1.5, Number.NaN]) {
      assert.throws(() => new RingBuffer(1, limit), withCode('ERR_GEV_INVALID_OPTION'));
    }
  });
});

describe('RingBuffer over foreign memory', () => {
  const arena = Uint8Array.from({ length: 64 }, (_, index) => index);

  it('reads it where it lies', () => {
    const buffer = new RingBuffer().withData(arena, 10, 20);
    assert.equal(buffer.length, 20);
    assert.equal(buffer.capacity, 20);
    assert.equal(buffer.isFull, true);
    const taken = buffer.take(5)!;
    assert.equal(taken.buffer, arena.buffer);
    assert.equal(taken.byteOffset, 10);
    assert.equal(buffer.indexOf(29), 14);
    assert.equal(buffer.indexOf(30), -1);
    assert.equal(buffer.peekUint8(15), undefined);
  });

  it('lies over all of it by default', () => {
    assert.equal(new RingBuffer().withData(arena).length, 64);
    assert.equal(new RingBuffer().withData(arena, 60).length, 4);
    assert.equal(new RingBuffer().withData(arena, 64).length, 0);
  });

  it('can be laid again and again, over Buffers and shared memory too', () => {
    const buffer = new RingBuffer();
    const shared = new Uint8Array(new SharedArrayBuffer(8), 2).fill(5);
    for (let round = 0; round < 3; round += 1) {
      assert.equal(buffer.withData(arena, round, 4).peekUint8(), round);
      assert.equal(buffer.withData(Buffer.from('hello'), 1).take(4)?.toString(), '101,108,108,111');
      assert.equal(buffer.withData(shared).peekUint16(), 0x0505);
    }
  });

  it('never writes to it, not even where it has been read', () => {
    const data = arena.slice();
    const buffer = new RingBuffer(4).withData(data, 10, 20);
    buffer.retrieve(15);
    buffer.virtualRead(new Uint8Array(2));
    buffer.writeString('new');
    assert.deepEqual(data, arena);
    assert.deepEqual([...buffer.bytes()], [25, 26, 27, 28, 29, 110, 101, 119]);
    assert.equal(buffer.virtualLength, 6);
    assert.equal(buffer.capacity, 8);
  });

  it('stays laid over it when an empty write comes', () => {
    const buffer = new RingBuffer().withData(arena, 0, 8);
    buffer.write(new Uint8Array(0));
    assert.equal(buffer.take(8)?.buffer, arena.buffer);
  });

  it('lets it go with clear and reset, and keeps it with shrink', () => {
    for (const letGo of ['clear', 'reset'] as const) {
      const buffer = new RingBuffer().withData(arena);
      buffer.shrink();
      assert.equal(buffer.capacity, 64);
      buffer[letGo]();
      assert.deepEqual([buffer.length, buffer.capacity], [0, 0]);
    }
  });

  it('refuses a range outside of it', () => {
    const buffer = new RingBuffer();
    for (const [offset, length] of [
      [0, 65],
      [60, 5],
      [-1, 4],
      [4, -1],
      [65, undefined],
      [Number.NaN, 1],
    ] as const) {
      assert.throws(
        () => buffer.withData(arena, offset, length),
        withCode('ERR_GEV_INVALID_OPTION'),
      );
    }
    assert.equal(buffer.length, 0);
  });
});

describe('RingBuffer views', () => {
  it('takes a view where the bytes lie in one piece, a copy where they wrap round', () => {
    const buffer = new RingBuffer(8, 8);
    buffer.write(Uint8Array.of(0, 1, 2, 3, 4, 5));
    const memory = buffer.take(4)!.buffer;
    assert.equal(memory.byteLength, 8);
    buffer.write(Uint8Array.of(6, 7, 8, 9));
    const wrapped = buffer.take(6)!;
    assert.notEqual(wrapped.buffer, memory);
    assert.deepEqual([...wrapped], [4, 5, 6, 7, 8, 9]);
  });

  it('writes a taken view back into the same ring', () => {
    for (const size of [5, 40]) {
      const buffer = new RingBuffer(64, 64);
      const bytes = Uint8Array.from({ length: size }, (_, index) => index);
      buffer.write(new Uint8Array(3));
      buffer.write(bytes);
      buffer.retrieve(3);
      buffer.write(buffer.take(size)!);
      assert.deepEqual(buffer.bytes(), bytes);
    }
  });

  it('refuses to take a negative size instead of waiting for it', () => {
    const buffer = new RingBuffer();
    buffer.writeByte(1);
    assert.throws(() => buffer.take(-1), withCode('ERR_GEV_INVALID_OPTION'));
    assert.equal(buffer.take(Number.NaN), undefined);
    assert.equal(buffer.length, 1);
  });

  it('answers undefined to an offset that is no offset', () => {
    const buffer = new RingBuffer();
    buffer.writeUint64(1n);
    assert.equal(buffer.peekUint8(-1), undefined);
    assert.equal(buffer.peekUint16(-1), undefined);
    assert.equal(buffer.peekUint32(Number.NaN), undefined);
    assert.equal(buffer.peekUint64(-8), undefined);
  });
});

describe('RingBuffer.indexOf', () => {
  it('finds the last of 100 bytes, wherever they wrap round', () => {
    for (let position = 0; position < 128; position += 1) {
      const buffer = new RingBuffer(128, 128);
      buffer.write(new Uint8Array(position));
      buffer.retrieve(position - 1);
      const kept = Math.min(position, 1);
      buffer.write(new Uint8Array(100));
      buffer.writeByte(10);
      assert.equal(buffer.indexOf(10), kept + 100);
      assert.equal(buffer.indexOf(10, kept + 100), kept + 100);
      assert.equal(buffer.indexOf(11), -1);
      buffer.retrieve(kept + 100);
      assert.equal(buffer.indexOf(10), 0);
    }
  });
});

describe('RingBuffer text', () => {
  it('writes UTF-8, in one piece and wrapped round', () => {
    for (const text of [
      'short',
      'ü',
      '€uro',
      '😀',
      'x'.repeat(33),
      'ä'.repeat(20),
      'lone \ud800',
    ]) {
      for (let position = 0; position < 64; position += 1) {
        const buffer = new RingBuffer(64, 64);
        buffer.write(new Uint8Array(position));
        buffer.retrieve(position - 1);
        const size = buffer.writeString(text);
        buffer.retrieve(Math.min(position, 1));
        assert.equal(size, Buffer.byteLength(text));
        assert.deepEqual(buffer.bytes(), new TextEncoder().encode(text));
      }
    }
  });

  it('says how full it is', () => {
    const buffer = new RingBuffer(16);
    buffer.writeString('abc');
    assert.equal(String(buffer), 'RingBuffer(3 of 16 bytes)');
  });
});
