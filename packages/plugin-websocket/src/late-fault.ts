import { channel } from 'node:diagnostics_channel';
import { type Diagnostics, GevError, stderrLogger } from '@gev/core';
import type { WebSocketCallbacks } from './endpoint.js';
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
  const error = faultOf(ws, what, cause);
  if (callbacks.onError === undefined) {
    log(ws, error, 'a handler threw and there is no onError');
    return;
  }
  try {
    callbacks.onError(ws, error);
  } catch (thrown) {
    const second = faultOf(ws, 'an onError failed', thrown);
    log(ws, second, 'onError threw when its connection had ended already');
  }
}

/** The error that everybody is told; those who watch are told here. */
function faultOf({ id, connection }: WebSocket<unknown>, what: string, cause: unknown): GevError {
  const error = new GevError('ERR_GEV_HANDLER', `${what}: see cause`, { cause });
  trace('connection %d: %s', id, what);
  errors.publish({ error, connection } satisfies Diagnostics['gev:error']);
  return error;
}

function log({ id }: WebSocket<unknown>, err: GevError, message: string): void {
  stderrLogger.error({ connection: id, err }, message);
}
