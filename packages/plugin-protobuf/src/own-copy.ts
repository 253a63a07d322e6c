import protobuf from 'protobufjs';
import type { MessageCodec } from './codec.js';
import { invalidOption } from './error.js';

const NOTHING = new Uint8Array(0);

/**
 * Makes sure that a codec reads from this package's `Reader`. One that was made for another copy
 * of protobufjs would refuse every message, which would look like a peer's fault.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION`
 */
export function checkCodec(name: string, codec: unknown): MessageCodec {
  if (!isCodec(codec)) {
    throw invalidOption(`${name} has no functions encode and decode: give a type of protobufjs`);
  }
  try {
    codec.decode(new protobuf.Reader(NOTHING), 0);
  } catch (error) {
    // Required fields are missing in a message without a byte: that is as it should be.
    if (error instanceof protobuf.util.ProtocolError) return codec;
    throw invalidOption(
      `${name} cannot decode: was it made for another copy of protobufjs? Have one installed`,
      error,
    );
  }
  return codec;
}

export function isCodec(value: unknown): value is MessageCodec {
  const isObject = typeof value === 'object' || typeof value === 'function';
  if (!isObject || value === null) return false;
  const { encode, decode } = value as Partial<Record<'encode' | 'decode', unknown>>;
  return typeof encode === 'function' && typeof decode === 'function';
}
