import { isUtf8 } from 'node:buffer';

/**
 * Validates UTF-8 (RFC 3629) that comes in pieces, and fails at the first byte that cannot belong
 * to any text, not only at the end of the piece or of the character.
 */
export class Utf8Validator {
  /** Bytes that the character under way still needs. */
  #missing = 0;
  /** What the next of them may be. */
  #least = 0x80;
  #most = 0xbf;

  /** True when no character is half here. */
  get isComplete(): boolean {
    return this.#missing === 0;
  }

  /** Takes the next piece; false once it is certain that this is no UTF-8. */
  push(bytes: Uint8Array): boolean {
    let at = 0;
    while (this.#missing > 0 && at < bytes.length) {
      if (!this.#step(bytes[at++]!)) return false;
    }
    const whole = wholeCharacters(bytes, at);
    if (whole > at && !isUtf8(bytes.subarray(at, whole))) return false;
    for (at = whole; at < bytes.length; at += 1) if (!this.#step(bytes[at]!)) return false;
    return true;
  }

  #step(byte: number): boolean {
    if (this.#missing === 0) return this.#begin(byte);
    if (byte < this.#least || byte > this.#most) return false;
    this.#missing -= 1;
    this.#least = 0x80;
    this.#most = 0xbf;
    return true;
  }

  #begin(byte: number): boolean {
    if (byte < 0x80) return true;
    // C0, C1 and F5 on would be longer than need be, or past U+10FFFF.
    if (byte < 0xc2 || byte > 0xf4) return false;
    this.#missing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    this.#least = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
    // ED A0 on are surrogates, F4 90 on is past U+10FFFF.
    this.#most = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
    return true;
  }
}

/** Up to where the bytes from `from` on do not end within a character, if they are characters. */
function wholeCharacters(bytes: Uint8Array, from: number): number {
  const end = bytes.length;
  const first = Math.max(from, end - 3);
  for (let at = end - 1; at >= first; at -= 1) {
    const byte = bytes[at]!;
    if ((byte & 0xc0) === 0x80) continue;
    const size = byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return at + size > end ? at : end;
  }
  return end;
}
