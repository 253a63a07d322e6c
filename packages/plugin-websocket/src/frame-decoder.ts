import { isUtf8 } from 'node:buffer';
import type { ReadBuffer } from '@gev/core';
import { CloseCode } from './close-codes.js';
import type { Masker } from './mask.js';
import {
  type Inflating,
  MessageAssembler,
  type MessageLimits,
  notUtf8,
  tooLarge,
} from './message-assembler.js';
import { CONTROL, FIN, MAX_CONTROL, Opcode, RSV1 } from './opcode.js';
import { violation } from './violation.js';

/** What a decoder is told once, for all connections of an endpoint. */
export interface DecoderRules extends MessageLimits {
  /** True where frames must be masked (from clients), false where they must not (from servers). */
  readonly masked: boolean;
  /** Text messages stay bytes, validated, instead of becoming strings. */
  readonly textAsBytes: boolean;
  readonly masker: Masker;
}

/** A control frame; `payload` is valid until the handler returns. */
export class ControlFrame {
  readonly opcode: number;
  readonly payload: Uint8Array;

  constructor(opcode: number, payload: Uint8Array) {
    this.opcode = opcode;
    this.payload = payload;
  }
}

/** A message, or a control frame. */
export type Unframed = string | Uint8Array | ControlFrame;

/** Byte lengths of the two longer forms of a header's length field. */
const LENGTH_16 = 126;
const LENGTH_64 = 127;

// Of ASCII it is the quickest, and it does not mind that the bytes are no Buffer; but not documented.
const { latin1Slice } = Buffer.prototype as unknown as {
  latin1Slice?: (this: Uint8Array, start: number, end: number) => string;
};

// Decodes and validates in one call: half the cost of isUtf8 and a slice. Keeps no state here.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Frames to messages for one connection. Takes whole small messages straight from the buffer;
 * what is in pieces (fragments, or a frame that has not wholly arrived) goes to a
 * {@link MessageAssembler} as it comes, so that a message may be larger than the buffer's limit.
 */
export class FrameDecoder {
  readonly #rules: DecoderRules;
  /** Makes the decompressor of a message; undefined without the extension. */
  readonly #inflate: (() => Inflating) | undefined;
  /** FIN, no extension bits, masked as it must be. */
  readonly #plain: number;
  #message: MessageAssembler | undefined = undefined;
  /** Of the data frame under way: bytes still to come (-1: between frames), key, and whether it is the last. */
  #left = -1;
  #key = 0;
  #isLast = false;
  /** True when the last message that was read is a binary one. */
  isBinary = false;
  /** The bytes of the last text message, as they came: valid until the handler returns. */
  text: Uint8Array | undefined = undefined;

  constructor(rules: DecoderRules, inflate?: () => Inflating) {
    this.#rules = rules;
    this.#inflate = inflate;
    this.#plain = (FIN << 8) | (rules.masked ? 0x80 : 0);
  }

  /** Bytes of memory that are held for a message under way. */
  get held(): number {
    return this.#message?.capacity ?? 0;
  }

  /**
   * Takes the next message or control frame; undefined when there is none yet. What it consumed
   * then, it keeps.
   *
   * @throws GevError `ERR_GEV_PROTOCOL`
   */
  read(buffer: ReadBuffer): Unframed | undefined {
    if (this.#left === -1 && this.#message === undefined) {
      const head = buffer.peekUint16();
      if (head === undefined) return undefined;
      const size = head & 0x7f;
      const opcode = (head >> 8) & 0x0f;
      const start = this.#rules.masked ? 6 : 2;
      // The most frequent frame by far: a short message, whole.
      if (
        (head & 0xf080) === this.#plain &&
        (opcode === Opcode.text || opcode === Opcode.binary) &&
        size < LENGTH_16 &&
        size <= this.#rules.maxPayload &&
        buffer.length >= start + size
      ) {
        const key = this.#rules.masked ? buffer.peekUint32(2)! : 0;
        buffer.retrieve(start);
        return this.#deliver(opcode === Opcode.binary, this.#takeUnmasked(buffer, size, key));
      }
    }
    return this.#readAny(buffer);
  }

  /** The connection ends: lets go what is held. */
  abandon(): void {
    this.#message?.abandon();
    this.#message = undefined;
  }

  #readAny(buffer: ReadBuffer): Unframed | undefined {
    for (;;) {
      if (this.#left !== -1) {
        const message = this.#readPart(buffer);
        if (message !== undefined || this.#left !== -1) return message;
      }
      const head = buffer.peekUint16();
      if (head === undefined) return undefined;
      this.#checkHead(head);
      const size = readSize(buffer, head & 0x7f);
      if (size === undefined) return undefined;
      const opcode = (head >> 8) & 0x0f;
      const isWhole = buffer.length >= headerSize(head) + size;
      if (opcode >= CONTROL) {
        if (!isWhole) return undefined;
        this.#takeHeader(buffer, head);
        return new ControlFrame(opcode, this.#takeUnmasked(buffer, size, this.#key));
      }
      this.#checkRoom(head, size);
      if (buffer.length < headerSize(head)) return undefined;
      this.#takeHeader(buffer, head);
      if (isWhole && this.#message === undefined && (head & ((FIN | RSV1) << 8)) === FIN << 8) {
        const payload = this.#takeUnmasked(buffer, size, this.#key);
        return this.#deliver(opcode === Opcode.binary, payload);
      }
      this.#beginFrame(head, size);
    }
  }

  /** A frame that can never be taken is refused before its payload comes. */
  #checkRoom(head: number, size: number): void {
    const { maxPayload } = this.#rules;
    const message = this.#message;
    const isCompressed = message?.isCompressed ?? (head & (RSV1 << 8)) !== 0;
    const most = isCompressed ? Number.MAX_SAFE_INTEGER : maxPayload - (message?.length ?? 0);
    if (size > most) throw tooLarge(maxPayload);
  }

  #beginFrame(head: number, size: number): void {
    if (this.#message === undefined) {
      const isBinary = ((head >> 8) & 0x0f) === Opcode.binary;
      const isCompressed = (head & (RSV1 << 8)) !== 0;
      const inflating = isCompressed ? this.#inflate?.() : undefined;
      this.#message = new MessageAssembler(isBinary, this.#rules, inflating);
    }
    this.#message.beginFrame();
    this.#isLast = (head & (FIN << 8)) !== 0;
    this.#left = size;
  }

  /** Takes what is there of a data frame; gives the message when it was its last. */
  #readPart(buffer: ReadBuffer): Unframed | undefined {
    const message = this.#message!;
    const count = Math.min(this.#left, buffer.length);
    if (count > 0) {
      const bytes = buffer.take(count)!;
      this.#key = this.#rules.masker.apply(bytes, this.#key);
      message.append(bytes, this.#isLast ? this.#left : undefined);
      this.#left -= count;
    }
    if (this.#left > 0) return undefined;
    this.#left = -1;
    if (!this.#isLast) return undefined;
    this.#message = undefined;
    return this.#deliverChecked(message.isBinary, message.finish());
  }

  #takeHeader(buffer: ReadBuffer, head: number): void {
    const size = headerSize(head);
    this.#key = this.#rules.masked ? buffer.peekUint32(size - 4)! : 0;
    buffer.retrieve(size);
  }

  #takeUnmasked(buffer: ReadBuffer, size: number, key: number): Uint8Array {
    const payload = buffer.take(size)!;
    if (this.#rules.masked) this.#rules.masker.apply(payload, key);
    return payload;
  }

  #deliver(isBinary: boolean, payload: Uint8Array): string | Uint8Array {
    this.isBinary = isBinary;
    if (isBinary) return payload;
    this.text = payload;
    const { masked, masker, textAsBytes } = this.#rules;
    if (textAsBytes) {
      // What was unmasked to ASCII is known to be UTF-8.
      if (!(masked && masker.isAscii) && !isUtf8(payload)) throw notUtf8();
      return payload;
    }
    if (latin1Slice !== undefined && masked && masker.isAscii) {
      return latin1Slice.call(payload, 0, payload.length);
    }
    try {
      return decoder.decode(payload);
    } catch {
      throw notUtf8();
    }
  }

  /** As {@link FrameDecoder.#deliver}, for bytes that the assembler has validated. */
  #deliverChecked(isBinary: boolean, payload: Uint8Array): string | Uint8Array {
    this.isBinary = isBinary;
    if (isBinary) return payload;
    this.text = payload;
    return this.#rules.textAsBytes ? payload : decoder.decode(payload);
  }

  /** RFC 6455, section 5.2: what a header may be at this point. */
  #checkHead(head: number): void {
    const opcode = (head >> 8) & 0x0f;
    const isLast = (head & (FIN << 8)) !== 0;
    const isMasked = (head & 0x80) !== 0;
    if (isMasked !== this.#rules.masked) {
      throw broken(isMasked ? 'a frame that is masked' : 'a frame that is not masked');
    }
    const reserved = head & 0x7000;
    if (reserved !== 0) this.#checkReserved(reserved, opcode);
    if (opcode >= CONTROL) {
      if (opcode > Opcode.pong) throw broken(`the opcode ${opcode}, which is none`);
      if (!isLast) throw broken('a control frame in fragments');
      if ((head & 0x7f) > MAX_CONTROL) throw broken('a control frame of more than 125 bytes');
      return;
    }
    if (opcode > Opcode.binary) throw broken(`the opcode ${opcode}, which is none`);
    if (opcode === Opcode.continuation) {
      if (this.#message === undefined) throw broken('a continuation of nothing');
    } else if (this.#message !== undefined) {
      throw broken('a new message within another');
    }
  }

  #checkReserved(reserved: number, opcode: number): void {
    const isCompressed = reserved === RSV1 << 8 && this.#inflate !== undefined;
    if (isCompressed && (opcode === Opcode.text || opcode === Opcode.binary)) return;
    throw broken('reserved bits that were not agreed upon');
  }
}

/** Bytes of the header that begins with `head`. */
function headerSize(head: number): number {
  const length = head & 0x7f;
  const extra = length === LENGTH_64 ? 8 : length === LENGTH_16 ? 2 : 0;
  return 2 + extra + ((head & 0x80) === 0 ? 0 : 4);
}

/** The size of the payload; undefined while it is not all there. */
function readSize(buffer: ReadBuffer, length: number): number | undefined {
  if (length < LENGTH_16) return length;
  if (length === LENGTH_16) {
    const size = buffer.peekUint16(2);
    if (size !== undefined && size < LENGTH_16) throw notMinimal();
    return size;
  }
  const high = buffer.peekUint32(2);
  const low = buffer.peekUint32(6);
  if (high === undefined || low === undefined) return undefined;
  if (high > 0x7fff_ffff) throw broken('a length of 64 bits, where 63 are allowed');
  if (high === 0 && low <= 0xffff) throw notMinimal();
  // Past 2^53 it is no exact number any more, and past every limit all the same.
  return high * 2 ** 32 + low;
}

function broken(what: string): Error {
  return violation(CloseCode.protocolError, what);
}

function notMinimal(): Error {
  return broken('a length in a longer form than it needs');
}
