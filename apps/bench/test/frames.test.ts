import { describe, expect, it } from 'vitest';
import { encodeFrames, FrameReader } from '../src/framing/frames.js';

const bodies = ['', 'a', 'hello', 'x'.repeat(300)].map((text) => Buffer.from(text));
const stream = encodeFrames(bodies);

describe('FrameReader', () => {
  it('finds the same frames wherever the stream is cut', () => {
    for (let size = 1; size <= stream.length; size++) {
      const reader = new FrameReader();
      const found: Buffer[] = [];
      for (let at = 0; at < stream.length; at += size) {
        found.push(...reader.read(stream.subarray(at, at + size)));
      }
      expect(found).toEqual(bodies);
    }
  });
});
