import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
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

  it('does long stretches as it does short ones, and tells what is ASCII', () => {
    const masker = new Masker();
    for (const size of [1023, 1024, 1039, 4096, 65_536, 65_537, 200_001]) {
      const memory = new Uint8Array(size + 8);
      const view = memory.subarray(3, 3 + size);
      view.fill(0x41);
      const rest = masker.apply(view, 0x8122_7344 | 0);
      expect(masker.isAscii).toBe(false);
      const key = [0x81, 0x22, 0x73, 0x44];
      expect(view.findIndex((byte, at) => byte !== (0x41 ^ key[at & 3]!))).toBe(-1);
      expect(rest >>> 24).toBe(key[size & 3]);
      expect([memory[2], memory[3 + size]]).toEqual([0, 0]);
      masker.apply(view, 0x8122_7344 | 0);
      expect([masker.isAscii, view.every((byte) => byte === 0x41)]).toEqual([true, true]);
    }
  });

  it.each([0, 15, 1000, 1023, 1024, 2047])('finds the one byte that is not ASCII at %i', (at) => {
    const masker = new Masker();
    const bytes = new Uint8Array(2048).fill(0x41);
    bytes[at] = 0xe9;
    masker.apply(bytes, 0);
    expect(masker.isAscii).toBe(false);
  });

  it('does without WebAssembly', async () => {
    vi.stubGlobal('WebAssembly', undefined);
    vi.resetModules();
    const { Masker: Plain } = await import('../src/mask.js');
    const bytes = new Uint8Array(5000).fill(1);
    new Plain().apply(bytes, 0x0101_0101);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    vi.unstubAllGlobals();
  });
});

it('mask keys differ', () => {
  const keys = new MaskKeys();
  const drawn = new Set(Array.from({ length: 5000 }, () => keys.next()));
  expect(drawn.size).toBeGreaterThan(4990);
});
