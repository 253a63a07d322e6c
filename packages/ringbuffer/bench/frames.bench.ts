import { bench, describe } from 'vitest';
import { RingBuffer } from '../src/index.js';

/** Frames of 64 bytes behind a u32 length, as many as fill the arena of a loop. */
const FRAME = 68;
const arena = new Uint8Array(512 * 1024);
const frames = Math.floor(arena.length / FRAME);
const numbers = new DataView(arena.buffer);
for (let index = 0; index < frames; index += 1) numbers.setUint32(index * FRAME, 64);

const overlay = new RingBuffer();
/** Keeps the results alive, so that nothing is optimised away. */
let last: Uint8Array | undefined;

function unpack(buffer: RingBuffer): Uint8Array | undefined {
  const size = buffer.peekUint32();
  if (size === undefined || buffer.length < 4 + size) return undefined;
  buffer.retrieve(4);
  return buffer.take(size);
}

function skip(buffer: RingBuffer): boolean {
  const size = buffer.peekUint32();
  if (size === undefined || buffer.length < 4 + size) return false;
  buffer.retrieve(4);
  buffer.retrieve(size);
  return true;
}

// One iteration is the whole arena: frames/s = hz * 7,710.
describe(`${frames} frames of 64 bytes`, () => {
  bench('one event holds them all', () => {
    overlay.withData(arena, 0, frames * FRAME);
    for (let taken = unpack(overlay); taken; taken = unpack(overlay)) last = taken;
  });

  bench('one event each', () => {
    for (let index = 0; index < frames; index += 1) {
      overlay.withData(arena, index * FRAME, FRAME);
      last = unpack(overlay);
    }
  });

  bench('skipped, without views', () => {
    overlay.withData(arena, 0, frames * FRAME);
    while (skip(overlay));
  });

  bench('the views alone, by new Uint8Array', () => {
    for (let at = 4; at < frames * FRAME; at += FRAME)
      last = new Uint8Array(numbers.buffer, at, 64);
  });

  bench('the views alone, by subarray', () => {
    for (let at = 4; at < frames * FRAME; at += FRAME) last = arena.subarray(at, at + 64);
  });
});

const message = new Uint8Array(64);
const own = new RingBuffer(4096);

describe('own memory', () => {
  bench('write and take 1,000 frames of 64 bytes', () => {
    for (let count = 0; count < 1000; count += 1) {
      own.writeUint32(message.length);
      own.write(message);
      last = unpack(own);
    }
  });

  bench('write 1,000 short strings', () => {
    for (let count = 0; count < 1000; count += 1) own.writeString('HTTP/1.1 200 OK\r\n');
    own.retrieveAll();
  });
});

const text = Buffer.alloc(64 * 1024, 'x');
const page = new RingBuffer().withData(text);

describe('search', () => {
  bench('a byte that 64 KiB do not have', () => {
    page.indexOf(10);
  });
});

export { last };
