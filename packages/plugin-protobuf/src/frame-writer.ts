import { BigIntWriter } from './bigint-writer.js';
import { assertEmptyMessage } from './empty-message.js';
import { notEncodable } from './error.js';
import type { MessageType } from './message-type.js';

/** Below this many bytes a view is kept for each length. */
const KEPT_VIEWS = 512;
/** More memory than this, in bytes, is not kept when a message has not needed it. */
const KEPT_MEMORY = 64 * 1024;
const INITIAL_MEMORY = 1024;

/**
 * One growing piece of memory, in which a protocol makes one frame after another: a Writer of
 * protobufjs that is never finished but begun anew.
 *
 * Measured (bench/encode.mjs, nanoseconds for a frame of 60 and of 2,000 bytes): a fresh buffer for each
 * message (`finish()`) and four writes of the parts 378 and 3,294; one writer, but with the header
 * apart, 283 and 378; the whole frame in one writer, with the views kept, as here, 265 and 386. In the
 * arena itself, for which a WriteBuffer would have to give its memory away, it would take 254 and 257.
 */
export class FrameWriter extends BigIntWriter {
  readonly #views: (Uint8Array | undefined)[] = [];
  /** The memory that the views show. */
  #viewed: Uint8Array = this.buf;

  /** Drops what was written, also half a message on which an encoder threw. */
  begin(): void {
    if (this.buf.length > KEPT_MEMORY && this.pos < KEPT_MEMORY) this.#renew(INITIAL_MEMORY);
    this.pos = 0;
    // Setting a length of 0 gives the array's memory away, each time.
    if (this.states !== null && this.states.length > 0) this.states.length = 0;
  }

  /** Leaves `size` bytes free, to be filled in later. Only at the front. */
  leave(size: number): void {
    if (size > this.buf.length) this.#renew(2 * size);
    this.pos = size;
  }

  /** Encodes a message behind what is there. @throws GevError `ERR_GEV_HANDLER` */
  encode(type: MessageType, message: object): void {
    const start = this.pos;
    try {
      type.codec.encode(message as never, this);
    } catch (error) {
      throw notEncodable(type.name, error);
    }
    if (this.pos === start) assertEmptyMessage(type.name, message);
  }

  /** What was written. A view, valid until the next message. */
  written(): Uint8Array {
    if (this.pos >= KEPT_VIEWS) return this.#view();
    if (this.#viewed !== this.buf) {
      this.#views.length = 0;
      this.#viewed = this.buf;
    }
    this.#views[this.pos] ??= this.#view();
    return this.#views[this.pos]!;
  }

  #view(): Uint8Array {
    return new Uint8Array(this.buf.buffer, this.buf.byteOffset, this.pos);
  }

  #renew(size: number): void {
    this.buf = Buffer.allocUnsafe(size);
    this.view = null;
  }
}
