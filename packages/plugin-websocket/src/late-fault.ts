import { channel } from 'node:diagnostics_channel';
import { type Diagnostics, GevError, type SendOptions, stderrLogger } from '@gev/core';
import type { WebSocketCallbacks } from './endpoint.js';
import { closingError } from './error-codes.js';
import { trace } from './trace.js';
import type { WebSocket } from './web-socket.js';

const errors = channel('gev:error');

/**
 * Tells what a function of the user's threw where no loop is to catch it, and the connection may be gone
 * already: `onError` is told, or without one stderr, as the server's log cannot be reached from here.
 *
 * @param what such as `an onFlushed failed`
 */
export function tellLateFault<Data, Opening>(
  callbacks: WebSocketCallbacks<Data, Opening>,
  ws: WebSocket<Data>,
  what: string,
  cause: unknown,
): void {
  tellLateError(callbacks, ws, faultOf(what, cause));
}

/** Tells an `onFlushed` that its message was dropped. */
export function tellDropped<Data, Opening>(
  callbacks: WebSocketCallbacks<Data, Opening>,
  ws: WebSocket<Data>,
  onFlushed: NonNullable<SendOptions['onFlushed']>,
): void {
  try {
    onFlushed(closingError());
  } catch (error) {
    tellLateFault(callbacks, ws, 'an onFlushed of a dropped message threw', error);
  }
}

/** The same as {@link tellLateFault}, for an error of our own. */
export function tellLateError<Data, Opening>(
  callbacks: WebSocketCallbacks<Data, Opening>,
  ws: WebSocket<Data>,
  error: GevError,
): void {
  publish(ws, error);
  if (callbacks.onError === undefined) {
    log(ws, error, 'something failed and there is no onError');
    return;
  }
  try {
    callbacks.onError(ws, error);
  } catch (thrown) {
    const second = faultOf('an onError failed', thrown);
    publish(ws, second);
    log(ws, second, 'onError threw when its connection had ended already');
  }
}

function faultOf(what: string, cause: unknown): GevError {
  return new GevError('ERR_GEV_HANDLER', `${what}: see cause`, { cause });
}

/** To those who watch. */
function publish({ id, connection }: WebSocket<unknown>, error: GevError): void {
  trace('connection %d: %s', id, error.message);
  errors.publish({ error, connection } satisfies Diagnostics['gev:error']);
}

function log({ id }: WebSocket<unknown>, err: GevError, message: string): void {
  stderrLogger.error({ connection: id, err }, message);
}
