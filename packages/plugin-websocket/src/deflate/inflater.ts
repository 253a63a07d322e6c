import { CloseCode } from '../close-codes.js';
import type { Inflating } from '../message-assembler.js';
import { violation } from '../violation.js';
import type { RawStream, Sink } from './raw-stream.js';

/** What the sender has left out at the end of a message (RFC 7692, section 7.2.2). */
const TAIL = Uint8Array.of(0x00, 0x00, 0xff, 0xff);

/** Decompresses messages, one after the other. */
export class Inflater implements Inflating {
  readonly #stream: RawStream;
  readonly #onFinish: ((inflater: Inflater) => void) | undefined;

  /** @param onFinish called when a message is over; without it the window is kept for the next */
  constructor(stream: RawStream, onFinish?: (inflater: Inflater) => void) {
    this.#stream = stream;
    this.#onFinish = onFinish;
  }

  /** @throws GevError `ERR_GEV_PROTOCOL`, or what `sink` throws */
  push(bytes: Uint8Array, sink: Sink): void {
    if (this.#stream.run(bytes, sink)) return;
    throw violation(CloseCode.invalidData, 'a compressed message that cannot be decompressed');
  }

  /** @throws as {@link Inflater.push} */
  finish(sink: Sink): void {
    this.push(TAIL, sink);
    this.#onFinish?.(this);
  }

  abandon(): void {
    // One with a window is its connection's, and closed by it.
    if (this.#onFinish !== undefined) this.close();
  }

  reset(): void {
    this.#stream.reset();
  }

  close(): void {
    this.#stream.close();
  }
}
