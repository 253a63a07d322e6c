import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Utf8Validator } from '../src/utf8.js';

/** True when some text begins with these bytes: by trying all ends that could complete them. */
function canBecomeText(bytes: Uint8Array): boolean {
  const ends = [[], [0x80], [0xa0], [0x90], [0x80, 0x80], [0xa0, 0x80], [0x90, 0x80]];
  const longer = [...ends, [0x80, 0x80, 0x80], [0x90, 0x80, 0x80], [0xbf, 0xbf], [0xbf]];
  return longer.some((end) => isUtf8(Uint8Array.from([...bytes, ...end])));
}

const nearlyText = fc.oneof(
  fc.uint8Array({ maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => new Uint8Array(Buffer.from(text))),
  fc
    .tuple(fc.string({ unit: 'binary', maxLength: 20 }), fc.nat(60), fc.nat(255))
    .map(([text, at, byte]) => {
      const bytes = new Uint8Array(Buffer.from(text));
      if (bytes.length > 0) bytes[at % bytes.length] = byte;
      return bytes;
    }),
);

describe('Utf8Validator', () => {
  it('says what isUtf8 says, whatever the pieces', () => {
    fc.assert(
      fc.property(nearlyText, fc.array(fc.nat(30), { maxLength: 4 }), (bytes, cuts) => {
        const validator = new Utf8Validator();
        const borders = [
          0,
          ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b),
        ];
        const pieces = borders.map((from, index) => bytes.subarray(from, borders[index + 1]));
        const isValid = pieces.every((piece) => validator.push(piece)) && validator.isComplete;
        expect(isValid).toBe(isUtf8(bytes));
      }),
      { numRuns: 2000 },
    );
  });

  it('fails at the first byte that cannot belong to a text', () => {
    fc.assert(
      fc.property(nearlyText, (bytes) => {
        const validator = new Utf8Validator();
        for (let size = 1; size <= bytes.length; size += 1) {
          const isFine = validator.push(bytes.subarray(size - 1, size));
          expect(isFine).toBe(canBecomeText(bytes.subarray(0, size)));
          if (!isFine) return;
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('fails at the first bad byte also within one piece that ends in a character', () => {
    const validator = new Utf8Validator();
    expect(validator.push(Uint8Array.of(0x61, 0xf4, 0x90))).toBe(false);
  });
});
