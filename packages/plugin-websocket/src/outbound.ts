import { isUint8Array } from 'node:util/types';
import { invalidOption } from './error-codes.js';

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

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
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
