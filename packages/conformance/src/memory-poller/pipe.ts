/**
 * One direction of a connection: what the kernel's send and receive buffers are to a socket.
 * Bounded, so that a reader who does not read makes the writer keep what does not fit.
 */
export class Pipe {
  /** The writer has ended; what is buffered can still be read. */
  ended = false;
  /** The reader is gone: writing more is answered with a reset. */
  broken = false;
  readonly #capacity: number;
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  /** @param capacity bytes that are held at most */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Bytes that can be read. */
  get length(): number {
    return this.#length;
  }

  /** Bytes that can be written. */
  get room(): number {
    return this.#capacity - this.#length;
  }

  /** Copies as much of `bytes` as fits and returns how much that was. */
  write(bytes: Uint8Array): number {
    const size = Math.min(bytes.length, this.room);
    if (size > 0) this.#chunks.push(bytes.slice(0, size));
    this.#length += size;
    return size;
  }

  /** Fills `target` from the front and returns the number of bytes. */
  read(target: Uint8Array): number {
    let filled = 0;
    while (filled < target.length) {
      const chunk = this.#chunks[0];
      if (!chunk) break;
      const part = chunk.subarray(0, target.length - filled);
      target.set(part, filled);
      filled += part.length;
      if (part.length === chunk.length) this.#chunks.shift();
      else this.#chunks[0] = chunk.subarray(part.length);
    }
    this.#length -= filled;
    return filled;
  }
}
