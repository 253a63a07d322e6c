import { CloseCode } from './close-codes.js';
import { GrowingBytes } from './growing-bytes.js';
import { Utf8Validator } from './utf8.js';
import { violation } from './violation.js';

/** What bounds a message that comes in pieces. */
export interface MessageLimits {
  /** Bytes of a message, after decompression. */
  readonly maxPayload: number;
  /** Frames of a message. */
  readonly maxFragments: number;
}

/** Decompresses one message. */
export interface Inflating {
  /** Gives what these bytes decompress to to `sink`, in pieces that are valid until it returns. */
  push(bytes: Uint8Array, sink: (piece: Uint8Array) => void): void;
  /** The message is whole: gives the rest, and is not used again. */
  finish(sink: (piece: Uint8Array) => void): void;
  /** The message will never be whole. */
  abandon(): void;
}

/**
 * Puts one message together from the pieces in which it comes: frames, and parts of frames. What is
 * no UTF-8, or too large, is found as soon as the byte is there that makes it so, and after
 * decompression, so that a small message that unpacks to a huge one is never unpacked as a whole.
 */
export class MessageAssembler {
  readonly isBinary: boolean;
  readonly #limits: MessageLimits;
  readonly #store = new GrowingBytes();
  readonly #utf8: Utf8Validator | undefined;
  readonly #inflating: Inflating | undefined;
  readonly #sink = (piece: Uint8Array): void => this.#take(piece);
  #fragments = 0;

  /** @param inflating for a compressed message */
  constructor(isBinary: boolean, limits: MessageLimits, inflating?: Inflating) {
    this.isBinary = isBinary;
    this.#limits = limits;
    this.#utf8 = isBinary ? undefined : new Utf8Validator();
    this.#inflating = inflating;
  }

  /** Bytes so far. */
  get length(): number {
    return this.#store.length;
  }

  /** Bytes of memory that are held for it. */
  get capacity(): number {
    return this.#store.capacity;
  }

  /** Its size counts after decompression, not on the wire. */
  get isCompressed(): boolean {
    return this.#inflating !== undefined;
  }

  /**
   * A frame begins.
   *
   * @throws GevError `ERR_GEV_PROTOCOL`, as all methods
   */
  beginFrame(): void {
    const { maxFragments } = this.#limits;
    this.#fragments += 1;
    if (this.#fragments > maxFragments) {
      throw violation(
        CloseCode.policyViolation,
        `a message of more than ${maxFragments} frames: maxFragments`,
      );
    }
  }

  /** @param announced bytes that come in all with these, if the message ends with them */
  append(bytes: Uint8Array, announced?: number): void {
    if (this.#inflating === undefined) this.#take(bytes, announced);
    else this.#inflating.push(bytes, this.#sink);
  }

  /** The message is whole: its bytes, valid for ever. */
  finish(): Uint8Array {
    this.#inflating?.finish(this.#sink);
    if (this.#utf8?.isComplete === false) throw notUtf8();
    return this.#store.bytes;
  }

  /** The connection ends within the message. */
  abandon(): void {
    this.#inflating?.abandon();
  }

  #take(bytes: Uint8Array, announced?: number): void {
    const { maxPayload } = this.#limits;
    if (this.#store.length + bytes.length > maxPayload) throw tooLarge(maxPayload);
    if (this.#utf8?.push(bytes) === false) throw notUtf8();
    this.#store.append(bytes, announced);
  }
}

/** For a message past `maxPayload`. */
export function tooLarge(maxPayload: number): Error {
  return violation(CloseCode.tooLarge, `a message of more than ${maxPayload} bytes: maxPayload`);
}

/** For a text message that is none. */
export function notUtf8(): Error {
  return violation(CloseCode.invalidData, 'a text message that is not UTF-8');
}
