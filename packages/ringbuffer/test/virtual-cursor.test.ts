import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { RingBuffer } from '../src/index.js';

const CAPACITY = 8;

/** A buffer of 8 bytes whose unread bytes (0, 1, 2, ...) begin at `position` of its memory. */
function unreadAt(position: number, length: number): RingBuffer {
  const buffer = new RingBuffer(CAPACITY, CAPACITY * 4);
  // One byte stays until the others are written: an empty buffer would begin at the front again.
  buffer.write(new Uint8Array(position));
  buffer.retrieve(position - 1);
  const bytes = Uint8Array.from({ length }, (_, index) => index);
  if (position > 0 && length === CAPACITY) {
    buffer.write(bytes.subarray(0, length - 1));
    buffer.retrieve(1);
    buffer.write(bytes.subarray(length - 1));
  } else {
    buffer.write(bytes);
    if (position > 0) buffer.retrieve(1);
  }
  assert.equal(buffer.length, length);
  if (position + length > 0) assert.equal(buffer.capacity, CAPACITY);
  return buffer;
}

/** Calls `body` for every read position, unread length and header size that 8 bytes allow. */
function everywhere(body: (buffer: RingBuffer, length: number, header: number) => void): void {
  for (let position = 0; position < CAPACITY; position += 1) {
    for (let length = 0; length <= CAPACITY; length += 1) {
      for (let header = 0; header <= length; header += 1) {
        body(unreadAt(position, length), length, header);
      }
    }
  }
}

function ascending(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

describe('the virtual cursor, at every position of the ring', () => {
  it('keeps length and emptiness as they are', () => {
    everywhere((buffer, length, header) => {
      const target = new Uint8Array(header);
      assert.equal(buffer.virtualRead(target), header);
      assert.deepEqual([...target], ascending(0, header));
      // A header that is all there is (and fills the memory) once made an emptied ring of it.
      assert.equal(buffer.length, length);
      assert.equal(buffer.isEmpty, length === 0);
      assert.equal(buffer.isFull, length === CAPACITY);
      assert.equal(buffer.virtualLength, length - header);
    });
  });

  it('consumes with virtualFlush what was read', () => {
    everywhere((buffer, length, header) => {
      buffer.virtualRead(new Uint8Array(header));
      buffer.virtualFlush();
      assert.deepEqual([...buffer.bytes()], ascending(header, length));
      assert.equal(buffer.virtualLength, length - header);
    });
  });

  it('begins again after virtualRevert', () => {
    everywhere((buffer, length, header) => {
      buffer.virtualRead(new Uint8Array(header));
      buffer.virtualRevert();
      assert.equal(buffer.virtualLength, length);
      const target = new Uint8Array(length);
      assert.equal(buffer.virtualRead(target), length);
      assert.deepEqual([...target], ascending(0, length));
    });
  });

  it('stands where it was after writing, with and without growing', () => {
    everywhere((buffer, length, header) => {
      buffer.virtualRead(new Uint8Array(header));
      const more = Uint8Array.from(ascending(length, 2 * CAPACITY));
      for (const byte of more) buffer.writeUint8(byte);
      assert.equal(buffer.virtualLength, 2 * CAPACITY - header);
      const target = new Uint8Array(2 * CAPACITY);
      const count = buffer.virtualRead(target);
      assert.deepEqual([...target.subarray(0, count)], ascending(header, 2 * CAPACITY));
      buffer.virtualFlush();
      assert.equal(buffer.isEmpty, true);
    });
  });

  it('is taken back by every way of consuming', () => {
    const ways: ((buffer: RingBuffer) => void)[] = [
      (buffer) => buffer.retrieve(1),
      (buffer) => buffer.readByte(),
      (buffer) => buffer.read(new Uint8Array(1)),
      (buffer) => buffer.take(1),
    ];
    for (const consume of ways) {
      const buffer = unreadAt(6, 5);
      buffer.virtualRead(new Uint8Array(3));
      consume(buffer);
      assert.equal(buffer.virtualLength, 4);
    }
  });

  it('reads what there is when more is asked for', () => {
    const buffer = unreadAt(5, 6);
    assert.equal(buffer.virtualRead(new Uint8Array(4)), 4);
    assert.equal(buffer.virtualRead(new Uint8Array(4)), 2);
    assert.equal(buffer.virtualRead(new Uint8Array(4)), 0);
    assert.equal(buffer.length, 6);
  });
});
