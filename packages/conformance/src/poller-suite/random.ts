/** Numbers and bytes that look random and are the same in every run (xorshift32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 1;
  }

  /** A whole number from 0 to `limit` less one. */
  below(limit: number): number {
    return this.#next() % limit;
  }

  bytes(count: number): Uint8Array {
    const words = new Uint32Array(Math.ceil(count / 4));
    for (let index = 0; index < words.length; index += 1) words[index] = this.#next();
    return new Uint8Array(words.buffer, 0, count);
  }

  /** Cuts `bytes` into pieces of 1 to `most` bytes. */
  *pieces(bytes: Uint8Array, most: number): Generator<Uint8Array> {
    for (let from = 0; from < bytes.length; ) {
      const to = Math.min(bytes.length, from + 1 + this.below(most));
      yield bytes.subarray(from, to);
      from = to;
    }
  }

  #next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return state >>> 0;
  }
}
