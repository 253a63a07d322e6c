/** Memory at first: where the size is announced up to the one, where nobody knows it the other. */
const FIRST_ANNOUNCED = 64 * 1024;
const FIRST_UNKNOWN = 1024;

const EMPTY = Buffer.alloc(0);

/**
 * Bytes that are put together, in memory that doubles as they really arrive: a peer that announces
 * much and sends little takes little.
 */
export class GrowingBytes {
  #memory: Buffer = EMPTY;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Bytes of memory that it holds. */
  get capacity(): number {
    return this.#memory.length;
  }

  /** What has been put in, as a view that is valid for ever: the memory is not used again. */
  get bytes(): Uint8Array {
    return this.#memory.subarray(0, this.#length);
  }

  /** @param announced bytes that come in all with these, if that is known */
  append(bytes: Uint8Array, announced?: number): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#memory.length) this.#grow(needed, announced);
    this.#memory.set(bytes, this.#length);
    this.#length = needed;
  }

  #grow(needed: number, announced: number | undefined): void {
    const doubled = 2 * this.#memory.length;
    const capacity =
      announced === undefined
        ? Math.max(needed, doubled, FIRST_UNKNOWN)
        : Math.max(needed, Math.min(this.#length + announced, Math.max(doubled, FIRST_ANNOUNCED)));
    const memory = Buffer.allocUnsafe(capacity);
    memory.set(this.bytes);
    this.#memory = memory;
  }
}
