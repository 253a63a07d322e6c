import { GevError, printable } from '@gev/core';

/** Codes that this package may raise. Each has a heading in `docs/errors.md`. */
export type WebSocketErrorCode =
  | 'ERR_GEV_ABORTED'
  | 'ERR_GEV_BUFFER_LIMIT'
  | 'ERR_GEV_CLOSED'
  | 'ERR_GEV_HANDSHAKE'
  | 'ERR_GEV_INVALID_OPTION'
  | 'ERR_GEV_PROTOCOL';

/** @param allowed what would have been right, such as `a whole number from 1 on` */
export function invalidOption(
  name: string,
  value: unknown,
  allowed: string,
): GevError<WebSocketErrorCode> {
  return new GevError('ERR_GEV_INVALID_OPTION', `${name} is ${printable(value)}: give ${allowed}`);
}

/** For a send before the opening handshake is done. */
export function notYetOpenError(): GevError<WebSocketErrorCode> {
  return new GevError(
    'ERR_GEV_CLOSED',
    'nothing can be sent on this WebSocket: it is connecting; send from onOpen on',
  );
}

/** For a part that comes behind the last one. */
export function endedMessageError(): GevError<WebSocketErrorCode> {
  return new GevError(
    'ERR_GEV_CLOSED',
    'nothing can be added to this message: it has ended; begin another',
  );
}

/** For what is to be sent behind a message that does not end. */
export function heldTooMuchError(messages: number, bytes: number): GevError<WebSocketErrorCode> {
  return new GevError(
    'ERR_GEV_BUFFER_LIMIT',
    `${messages} messages of ${bytes} bytes wait behind one in parts, and no more may: end it sooner, or ` +
      'send less meanwhile',
  );
}

/** What `onFlushed` of a message is told that came too late. */
export function closingError(): GevError<WebSocketErrorCode> {
  return new GevError(
    'ERR_GEV_CLOSED',
    'the message was dropped: the WebSocket is closing or closed; stop at onClose',
  );
}

/** For a client whose handshake came to nothing. */
export function handshakeError(why: string, cause?: unknown): GevError<WebSocketErrorCode> {
  return new GevError('ERR_GEV_HANDSHAKE', `the WebSocket could not be opened: ${why}`, { cause });
}

/** For a client whose `signal` was aborted. */
export function abortedError(cause: unknown): GevError<WebSocketErrorCode> {
  return new GevError('ERR_GEV_ABORTED', 'the signal of connectWebSocket was aborted', { cause });
}
