import { isUint8Array } from 'node:util/types';
import { invalidOption } from './error-codes.js';
import { Opcode } from './opcode.js';

/** A message or control frame with what a bare string or bytes do not tell. */
export class OutgoingFrame {
  opcode: number;
  payload: string | Uint8Array;
  /** False: not compressed, whatever was agreed upon. */
  compress: boolean;

  constructor(opcode: number, payload: string | Uint8Array, compress = true) {
    this.opcode = opcode;
    this.payload = payload;
    this.compress = compress;
  }
}

/** Bytes that are sent as they are: a head of HTTP, or a frame that was encoded before. */
export class PackedBytes {
  readonly bytes: Uint8Array;
  /** Whether they are a message, for the count of those. */
  readonly isMessage: boolean;

  constructor(bytes: Uint8Array, isMessage = false) {
    this.bytes = bytes;
    this.isMessage = isMessage;
  }
}

/** A frame of a message that is sent in parts: compressed already, where that is due. */
export class MessagePart extends OutgoingFrame {
  declare payload: Uint8Array;
  /** FIN, RSV1 and opcode. */
  readonly first: number;
  /** The payload may be masked where it lies. */
  readonly isOwn: boolean;

  constructor(first: number, payload: Uint8Array, isOwn: boolean) {
    super(Opcode.continuation, payload);
    this.first = first;
    this.isOwn = isOwn;
  }
}

/** What the protocol packs: a text, a binary message, or one of the two above. */
export type Outbound = string | Uint8Array | OutgoingFrame | PackedBytes;

/**
 * Without it an ArrayBuffer, which has no `length`, would leave as a frame that nobody can read.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION` for what is no payload
 */
export function checkPayload(payload: unknown): void {
  if (typeof payload === 'string' || payload instanceof Uint8Array) return;
  // Bytes of another realm, such as those of a test runner.
  if (isUint8Array(payload)) return;
  throw invalidOption('a message', payload, 'a string, or bytes as a Uint8Array (or Buffer)');
}
