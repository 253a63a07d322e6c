import { RingBuffer } from '@gev/ringbuffer';
import { describe, expect, it } from 'vitest';
import { writeFrame, writeMaskedFrame, writeTextFrame } from '../src/frame-encoder.js';
import { Masker, MaskKeys } from '../src/mask.js';
import { readFrames, wire } from './wire.js';

const SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 65_537, 200_000];

function written(write: (out: RingBuffer) => void): Buffer {
  const out = new RingBuffer();
  write(out);
  return Buffer.from(out.take(out.length)!);
}

describe.each(SIZES)('a frame of %i bytes', (size) => {
  const payload = Buffer.alloc(size, 'x');

  it('is what a server sends', () => {
    const bytes = written((out) => writeFrame(out, 0x82, payload));
    expect(bytes.equals(wire({ opcode: 2, payload }))).toBe(true);
  });

  it('is what a server sends of a text', () => {
    const text = 'é'.repeat(size / 2);
    const bytes = written((out) => writeTextFrame(out, 0x81, text));
    expect(bytes.equals(wire({ opcode: 1, payload: text }))).toBe(true);
  });

  it('is what a client sends, and leaves the payload as it was', () => {
    const masking = { masker: new Masker(), keys: new MaskKeys() };
    const bytes = written((out) => writeMaskedFrame(out, 0x82, payload, masking));
    const [frame] = readFrames(bytes);
    expect(frame).toMatchObject({ opcode: 2, fin: true, isMasked: true });
    expect(frame!.payload.equals(Buffer.alloc(size, 'x'))).toBe(true);
    expect(payload.equals(Buffer.alloc(size, 'x'))).toBe(true);
  });
});
