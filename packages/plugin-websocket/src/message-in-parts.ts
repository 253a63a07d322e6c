import type { SendOptions } from '@gev/core';
import type { Deflater } from './deflate/codecs.js';
import { endedMessageError, heldTooMuchError } from './error-codes.js';
import { FIN, Opcode, RSV1 } from './opcode.js';
import {
  checkPayload,
  MessagePart,
  type Outbound,
  OutgoingFrame,
  PackedBytes,
} from './outbound.js';
import type { OutgoingMessage } from './web-socket.js';

/** The WebSocket that a message goes out on. */
export interface Carrier {
  sendPart(part: MessagePart, options: SendOptions | undefined): boolean;
  /** The message is whole: what waited goes out now. Returns false when more should not follow. */
  partsEnded(): boolean;
}

/** Something else that was to be sent meanwhile. */
export interface Held {
  readonly message: Outbound;
  readonly options: SendOptions | undefined;
}

/** Bytes that may wait behind a message: as many as `maxOutputBuffer` is by default. */
const MOST_HELD = 16 * 1024 * 1024;
/** Bytes of memory that each which waits takes beside its own, about: else empty ones could be without end. */
const HELD_COST = 256;

/**
 * A message on its way in parts, one frame each, and what waits behind it: frames of two messages may not
 * be mixed (RFC 6455, section 5.4).
 */
export class MessageInParts implements OutgoingMessage {
  readonly #carrier: Carrier;
  #deflater: Deflater | undefined;
  /** RSV1 and opcode of the next frame. */
  #next: number;
  /** The first half of a character, whose second half begins the next part. */
  #half = '';
  #ended = false;
  #held: Held[] = [];
  #heldBytes = 0;

  /** @param opcode of text or binary */
  constructor(carrier: Carrier, opcode: number, deflater: Deflater | undefined) {
    this.#carrier = carrier;
    this.#deflater = deflater;
    this.#next = opcode | (deflater === undefined ? 0 : RSV1);
  }

  /** Bytes that wait behind it. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  write(part: string | Uint8Array, options?: SendOptions): boolean {
    this.#mustGoOn();
    return this.#send(this.#bytesOf(part, false), false, options);
  }

  end(part: string | Uint8Array = '', options?: SendOptions): boolean {
    this.#mustGoOn();
    const bytes = this.#bytesOf(part, true);
    this.#ended = true;
    const goesOn = this.#send(bytes, true, options);
    this.abandon();
    return this.#carrier.partsEnded() && goesOn;
  }

  /**
   * Keeps a copy of what is to be sent behind it.
   *
   * @throws GevError `ERR_GEV_BUFFER_LIMIT`; `ERR_GEV_INVALID_OPTION` for what is no message
   */
  hold(message: Outbound, options?: SendOptions): void {
    if (this.tryHold(message, options)) return;
    throw heldTooMuchError(this.#held.length, this.#heldBytes);
  }

  /**
   * The same, unless more than `most` bytes would wait then, or more than ever may: returns false.
   *
   * @throws GevError `ERR_GEV_INVALID_OPTION` for what is no message
   */
  tryHold(message: Outbound, options?: SendOptions, most = MOST_HELD): boolean {
    const bytes = this.#heldBytes + sizeOf(message);
    const cost = bytes + (this.#held.length + 1) * HELD_COST;
    if (cost > Math.min(most, MOST_HELD)) return false;
    this.#heldBytes = bytes;
    this.#held.push({ message: copyOf(message), options });
    return true;
  }

  /** Gives back what waited, in order. */
  takeHeld(): readonly Held[] {
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    return held;
  }

  /** Gives back what compresses it: it is whole, or the connection is gone. */
  abandon(): void {
    this.#deflater?.close();
    this.#deflater = undefined;
  }

  #send(bytes: Uint8Array, isLast: boolean, options: SendOptions | undefined): boolean {
    const first = (isLast ? FIN : 0) | this.#next;
    this.#next = Opcode.continuation;
    const packed = this.#deflater?.compress(bytes, isLast);
    return this.#carrier.sendPart(
      new MessagePart(first, packed ?? bytes, packed !== undefined),
      options,
    );
  }

  /** Strings may be cut in the middle of a character: its halves go out together. */
  #bytesOf(part: string | Uint8Array, isLast: boolean): Uint8Array {
    checkPayload(part);
    const half = this.#half;
    this.#half = '';
    if (typeof part !== 'string') {
      return half === '' ? part : Buffer.concat([Buffer.from(half, 'utf8'), part]);
    }
    const text = half + part;
    if (isLast || !endsInHalf(text)) return Buffer.from(text, 'utf8');
    this.#half = text.slice(-1);
    return Buffer.from(text.slice(0, -1), 'utf8');
  }

  #mustGoOn(): void {
    if (this.#ended) throw endedMessageError();
  }
}

/** Whether the last unit of UTF-16 is the first of two. */
function endsInHalf(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff;
}

function sizeOf(message: Outbound): number {
  if (message instanceof PackedBytes) return message.bytes.length;
  const payload = message instanceof OutgoingFrame ? message.payload : message;
  checkPayload(payload);
  return Buffer.byteLength(payload);
}

/** Whoever sends bytes may use them again at once. */
function copyOf(message: Outbound): Outbound {
  if (typeof message === 'string') return message;
  if (message instanceof PackedBytes) {
    return new PackedBytes(Buffer.from(message.bytes), message.isMessage);
  }
  if (!(message instanceof OutgoingFrame)) return Buffer.from(message);
  const { opcode, payload, compress } = message;
  if (typeof payload === 'string') return message;
  return new OutgoingFrame(opcode, Buffer.from(payload), compress);
}
