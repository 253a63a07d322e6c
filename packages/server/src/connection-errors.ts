import { type CloseReason, GevError, isGevError, messageOf } from '@gev/core';

/** What `onError` is told of something thrown, and the reason that it closes the connection for. */
export function faultOf(thrown: unknown): { error: GevError; reason: CloseReason } {
  // Not instanceof: the protocol may come from another copy of the package (ESM and CommonJS).
  if (!isGevError(thrown)) return { error: handlerError(thrown), reason: 'handler-error' };
  if (thrown.code === 'ERR_GEV_PROTOCOL') return { error: thrown, reason: 'protocol-error' };
  const error = thrown.code === 'ERR_GEV_HANDLER' ? thrown : handlerError(thrown);
  return { error, reason: 'handler-error' };
}

/** For a send that can go nowhere, and for those who waited for one. */
export function closedError(why: string): GevError {
  return new GevError('ERR_GEV_CLOSED', `nothing can be sent on this connection: ${why}`);
}

/** As it is told outside: an error of ours as it is, anything else as that of a handler. */
export function gevErrorOf(thrown: unknown): GevError {
  return isGevError(thrown) ? thrown : handlerError(thrown);
}

/** Wraps what a handler or a protocol's `pack` threw. */
export function handlerError(thrown: unknown): GevError {
  return new GevError('ERR_GEV_HANDLER', `a handler threw: ${messageOf(thrown)}`, {
    cause: thrown,
  });
}

/**
 * For a message that `pack` threw on.
 *
 * @param onRejected told what a promise (of an async handler) is rejected with, if it is
 */
export function packError(
  message: unknown,
  thrown: unknown,
  onRejected: (rejection: unknown) => void,
): GevError {
  const isPromise = typeof message === 'object' && message !== null && 'then' in message;
  if (isPromise) Promise.resolve(message).catch(onRejected);
  const advice = isPromise
    ? 'a promise cannot be sent: let onMessage return nothing and reply with connection.send()'
    : `a message of type ${typeof message} could not be packed: ${messageOf(thrown)}`;
  return new GevError('ERR_GEV_HANDLER', advice, { cause: thrown });
}

/** @param length bytes that wait for the rest of their message */
export function inputLimitError(length: number, maxInputBuffer: number): GevError {
  return new GevError(
    'ERR_GEV_INPUT_LIMIT',
    `${length} bytes arrived without a whole message and maxInputBuffer is ${maxInputBuffer}: ` +
      'raise it, or bound the size of messages in the protocol',
  );
}

/** @param length bytes that the peer has left unread */
export function outputLimitError(length: number, maxOutputBuffer: number): GevError {
  return new GevError(
    'ERR_GEV_OUTPUT_LIMIT',
    `the peer left ${length} bytes unread and maxOutputBuffer is ${maxOutputBuffer}: ` +
      'heed what send() returns and wait for onDrain, or raise it',
  );
}

/** Whether a message was given up while it was packed, because too much of it waits. */
export function isOutputLimit(thrown: unknown): boolean {
  return isGevError(thrown) && thrown.code === 'ERR_GEV_OUTPUT_LIMIT';
}
