import { RingBuffer } from '@gev/ringbuffer';

/** A ring buffer whose first bytes are laid so that they wrap round behind `wrapsAt` of them. */
export class WrappingBuffer extends RingBuffer {
  #filler: number;

  /** @param wrapsAt at most the capacity, and then nothing wraps */
  constructor(capacity: number, wrapsAt: number) {
    super(capacity);
    this.#filler = capacity - wrapsAt;
  }

  override write(bytes: Uint8Array): void {
    const filler = bytes.length > 0 ? this.#filler : 0;
    if (filler === 0) {
      super.write(bytes);
      return;
    }
    this.#filler = 0;
    super.write(new Uint8Array(filler));
    // An empty buffer would begin at the front again, so one byte stays until others are there.
    super.retrieve(filler - 1);
    super.write(bytes);
    super.retrieve(1);
  }
}
