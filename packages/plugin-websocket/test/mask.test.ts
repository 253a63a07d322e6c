import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Masker, MaskKeys } from '../src/mask.js';

describe('Masker', () => {
  it('does the example of RFC 6455, section 5.7', () => {
    const bytes = Uint8Array.of(0x7f, 0x9f, 0x4d, 0x51, 0x58);
    new Masker().apply(bytes, 0x37fa213d);
    expect(Buffer.from(bytes).toString()).toBe('Hello');
  });

  it('does wherever the bytes lie, and goes on from piece to piece, what a byte loop does', () => {
    const masker = new Masker();
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.integer(),
        fc.nat(9),
        fc.nat(300),
        (bytes, key, offset, cut) => {
          const memory = new Uint8Array(bytes.length + 20);
          memory.set(bytes, offset);
          const view = memory.subarray(offset, offset + bytes.length);
          const rest = masker.apply(view.subarray(0, cut), key);
          masker.apply(view.subarray(cut), rest);
          const expected = bytes.map((byte, index) => byte ^ (key >>> (24 - 8 * (index % 4))));
          expect(view).toEqual(expected);
          expect(memory.subarray(0, offset).every((byte) => byte === 0)).toBe(true);
          expect(memory.subarray(offset + bytes.length).every((byte) => byte === 0)).toBe(true);
        },
      ),
    );
  });
});

it('mask keys differ', () => {
  const keys = new MaskKeys();
  const drawn = new Set(Array.from({ length: 5000 }, () => keys.next()));
  expect(drawn.size).toBeGreaterThan(4990);
});
