import { GrowingBytes } from '../growing-bytes.js';
import type { RawStream } from './raw-stream.js';

/** What a sync flush ends with, and a message leaves out (RFC 7692, section 7.2.1). */
const TAIL_SIZE = 4;

/** An empty message (RFC 7692, section 7.2.3.6): a flush of nothing gives nothing. */
const EMPTY_MESSAGE = Uint8Array.of(0);

/** Compresses messages, one after the other. */
export class Deflater {
  readonly #stream: RawStream;
  readonly #contextTakeover: boolean;

  constructor(stream: RawStream, contextTakeover: boolean) {
    this.#stream = stream;
    this.#contextTakeover = contextTakeover;
  }

  /** The compressed payload, in memory of its own. */
  compress(payload: Uint8Array): Uint8Array {
    if (payload.length === 0) return EMPTY_MESSAGE.slice();
    const compressed = new GrowingBytes();
    this.#stream.run(payload, (piece) => compressed.append(piece));
    if (!this.#contextTakeover) this.#stream.reset();
    return compressed.bytes.subarray(0, compressed.length - TAIL_SIZE);
  }

  close(): void {
    this.#stream.close();
  }
}
