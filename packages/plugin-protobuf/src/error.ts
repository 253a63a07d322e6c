import { GevError, messageOf, protocolError } from '@gev/core';

/** The codes that this package raises. Each has a heading in `docs/errors.md`. */
export type ProtobufErrorCode = 'ERR_GEV_HANDLER' | 'ERR_GEV_INVALID_OPTION' | 'ERR_GEV_PROTOCOL';

/** So much of what a peer sent goes into a message, in UTF-16 units. */
const QUOTED = 80;

export function invalidOption(message: string, cause?: unknown): GevError<ProtobufErrorCode> {
  return new GevError(
    'ERR_GEV_INVALID_OPTION',
    message,
    cause === undefined ? undefined : { cause },
  );
}

/** For what a handler wants sent and the registry cannot encode, or the peer would not take. */
export function notPackable(message: string): GevError<ProtobufErrorCode> {
  return new GevError('ERR_GEV_HANDLER', message);
}

/** @param cause what an encoder threw */
export function notEncodable(type: string, cause: unknown): GevError<ProtobufErrorCode> {
  const why = messageOf(cause);
  const message = `a message of type ${type} cannot be encoded: ${why}`;
  return new GevError('ERR_GEV_HANDLER', message, { cause });
}

export function tooLongToSend(length: number, most: number): GevError<ProtobufErrorCode> {
  return notPackable(
    `a frame of ${length} bytes cannot be sent: maxFrameLength is ${most}, and a peer with the same ` +
      'would refuse it; raise it on both sides',
  );
}

export function tooLong(length: number, most: number): GevError<'ERR_GEV_PROTOCOL'> {
  return protocolError(`a frame of ${length} bytes came and maxFrameLength is ${most}`);
}

/** @param cause what protobufjs threw; also a RangeError of a stack that ran full */
export function malformed(type: string, cause: unknown): GevError<'ERR_GEV_PROTOCOL'> {
  const why = messageOf(cause);
  return protocolError(`a payload is no message of type ${type}: ${why}`, cause);
}

/** Shows a text of unknown length and content in a message for people. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > QUOTED ? `${text.slice(0, QUOTED)}...` : text);
}
