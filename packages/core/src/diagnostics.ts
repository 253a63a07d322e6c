import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { CloseReason } from './close-reason.js';
import type { Connection } from './connection.js';
import type { GevError } from './error.js';

/** A connection of a server or client, whatever its messages and its context are. */
type AnyConnection = Connection<unknown>;

/** One message on its way through its handler. */
export interface MessageHandling {
  readonly connection: AnyConnection;
  /** What `unpack` returned: with the default protocol a view, valid until the listener returns. */
  readonly message: unknown;
  /** What the handler returned; set when it has. */
  readonly reply?: unknown;
  /** What the handler threw; set when it has. */
  readonly error?: unknown;
}

/**
 * What is published on channels of node:diagnostics_channel, by their names. A channel that nobody
 * listens to costs nothing.
 *
 * Thread rule: channels are each thread's own. Connections are told of in the thread of their loop: with
 * several loops, listen in the handler module. `gev:worker:exit` is told in the server's thread.
 */
export interface Diagnostics {
  /** A connection was accepted, or made by a client. Before `onConnect`. */
  'gev:connection:open': { readonly connection: AnyConnection };
  /** It is gone, or what is left of it can be: before its `onClose`. Nothing can be sent any more. */
  'gev:connection:close': { readonly connection: AnyConnection; readonly reason: CloseReason };
  /** A message goes to its handler, which runs in what is bound to this channel (`bindStore`). */
  'gev:message': MessageHandling;
  /** The handler returned or threw: the same object as before. */
  'gev:message:end': MessageHandling;
  /**
   * What went wrong, also what a peer did wrong, whether `onError` is told or not. `connection` is
   * undefined where it has not come to one: a listener that cannot accept, an attempt to connect, a
   * letter between loops.
   */
  'gev:error': { readonly error: GevError; readonly connection: AnyConnection | undefined };
  /** The thread of a loop died; its connections are closed. It is started again in `restartIn` ms. */
  'gev:worker:exit': {
    readonly loop: number;
    readonly error: Error;
    /** Connections that were lost with it. */
    readonly connections: number;
    readonly restartIn: number;
  };
}

/**
 * Listens to a channel of {@link Diagnostics} in this thread; returns what takes the listener off
 * again. Listeners run at once, in the middle of a batch: what one throws reaches 'uncaughtException'
 * and nobody else.
 *
 * @example
 * const stop = onDiagnostic('gev:connection:close', ({ connection, reason }) => {
 *   console.log(connection.id, reason);
 * });
 */
export function onDiagnostic<Name extends keyof Diagnostics>(
  name: Name,
  listener: (message: Diagnostics[Name]) => void,
): () => void {
  // Node's listeners take anything: what comes on a channel of this name is what stands above.
  const untyped = listener as (message: unknown) => void;
  subscribe(name, untyped);
  return () => void unsubscribe(name, untyped);
}
