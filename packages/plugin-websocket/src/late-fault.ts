import { GevError, stderrLogger } from '@gev/core';
import type { WebSocketCallbacks } from './endpoint.js';
import type { WebSocket } from './web-socket.js';

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
  const error = new GevError('ERR_GEV_HANDLER', `${what}: see cause`, { cause });
  const fields = { connection: ws.id, err: error };
  if (callbacks.onError === undefined) {
    stderrLogger.error(fields, 'a handler threw and there is no onError');
    return;
  }
  try {
    callbacks.onError(ws, error);
  } catch (err) {
    stderrLogger.error({ ...fields, err }, 'onError threw when its connection had ended already');
  }
}
