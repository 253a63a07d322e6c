import { randomFillSync } from 'node:crypto';
import { type BlockMasker, blockMasker } from './mask-blocks.js';

/** Below this a loop over bytes is quicker than asking for the memory beneath a view. */
const WORTH_WORDS = 24;

/** Below this words are quicker than blocks, which are copied to where they are masked, and back. */
const WORTH_BLOCKS = 1024;

/** Set in a word, or a byte, that is more than ASCII. */
const HIGH_BITS = 0x8080_8080 | 0;

/** Bytes that are drawn from the system's random source at a time. */
const LEAST_RANDOM = 64;
const MOST_RANDOM = 8192;

/**
 * Masks and unmasks in place (RFC 6455, section 5.3: the same operation), by words of 32 bits
 * wherever the bytes lie. One for each loop or endpoint: it remembers the memory that it worked on
 * last, which is nearly always the loop's arena.
 */
export class Masker {
  #memory: ArrayBufferLike | undefined = undefined;
  #words: DataView = new DataView(new ArrayBuffer(0));
  /** All words and bytes that the last call wrote, in one. */
  #seen = 0;

  /**
   * True when the last bytes came out as ASCII alone, which spares whoever wants a text to validate
   * it: that costs nothing beside the loads and stores.
   */
  get isAscii(): boolean {
    return (this.#seen & HIGH_BITS) === 0;
  }

  /**
   * @param key the four bytes of the key, big-endian
   * @returns the key for what follows: turned on by the number of bytes
   */
  apply(bytes: Uint8Array, key: number): number {
    const size = bytes.length;
    if (size < WORTH_WORDS) this.#seen = maskBytes(bytes, 0, key);
    else if (size < WORTH_BLOCKS || !blockMasker) this.#seen = this.#maskWords(bytes, key);
    else this.#seen = maskBlocks(blockMasker, bytes, key);
    const turn = (size & 3) << 3;
    return turn === 0 ? key : (key << turn) | (key >>> (32 - turn));
  }

  #maskWords(bytes: Uint8Array, key: number): number {
    const words = this.#wordsOf(bytes.buffer);
    const start = bytes.byteOffset;
    const end = start + bytes.length;
    let seen = 0;
    let at = start;
    // Four at a time: twice as quick as one.
    for (; at + 16 <= end; at += 16) {
      const a = words.getInt32(at) ^ key;
      const b = words.getInt32(at + 4) ^ key;
      const c = words.getInt32(at + 8) ^ key;
      const d = words.getInt32(at + 12) ^ key;
      words.setInt32(at, a);
      words.setInt32(at + 4, b);
      words.setInt32(at + 8, c);
      words.setInt32(at + 12, d);
      seen |= a | b | c | d;
    }
    for (; at + 4 <= end; at += 4) {
      const word = words.getInt32(at) ^ key;
      words.setInt32(at, word);
      seen |= word;
    }
    return seen | maskBytes(bytes, at - start, key);
  }

  #wordsOf(memory: ArrayBufferLike): DataView {
    if (memory !== this.#memory) {
      this.#memory = memory;
      this.#words = new DataView(memory);
    }
    return this.#words;
  }
}

function maskBlocks(masker: BlockMasker, bytes: Uint8Array, key: number): number {
  const seen = masker.apply(bytes, key) === 0 ? 0 : HIGH_BITS;
  return seen | maskBytes(bytes, bytes.length & ~15, key);
}

/** Masks from `from` on, where the key begins; returns all bytes that came out, in one. */
function maskBytes(bytes: Uint8Array, from: number, key: number): number {
  const size = bytes.length;
  let seen = 0;
  for (let at = from, shift = 24; at < size; at += 1, shift = (shift - 8) & 31) {
    const byte = bytes[at]! ^ ((key >>> shift) & 0xff);
    bytes[at] = byte;
    seen |= byte;
  }
  return seen;
}

/** Keys for a client's frames, from the system's random source (RFC 6455, section 10.3). */
export class MaskKeys {
  #pool = new DataView(new ArrayBuffer(0));
  #at = 0;

  /** Four random bytes, big-endian. */
  next(): number {
    if (this.#at === this.#pool.byteLength) this.#refill();
    const key = this.#pool.getInt32(this.#at);
    this.#at += 4;
    return key;
  }

  /** Draws more at once each time: most clients send little, and each has keys of its own. */
  #refill(): void {
    const size = Math.min(MOST_RANDOM, Math.max(LEAST_RANDOM, 2 * this.#pool.byteLength));
    if (size > this.#pool.byteLength) this.#pool = new DataView(new ArrayBuffer(size));
    randomFillSync(this.#pool);
    this.#at = 0;
  }
}
