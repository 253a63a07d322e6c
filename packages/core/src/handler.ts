import type { CloseReason } from './close-reason.js';
import type { Connection } from './connection.js';
import type { GevError } from './error.js';

/**
 * What a server does with its connections. For one connection the order is `onConnect`, any
 * number of `onMessage`, `onDrain` and `onError`, then exactly one `onClose`, the last.
 *
 * All run on the loop's thread and, but for `onClosing`, are synchronous: an async function's reply
 * goes by `send`. What one throws closes that connection alone, with reason `handler-error`, after
 * `onError`.
 */
export interface Handler<In = Uint8Array, Out = Uint8Array | string, Context = unknown> {
  onConnect?(connection: Connection<Out, Context>): void;
  /**
   * One message; what it returns is sent. With the default protocol `message` is a view that is
   * valid until this returns: copy what you keep.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a handler that returns nothing is usual
  onMessage(connection: Connection<Out, Context>, message: In): Out | undefined | void;
  onClose?(connection: Connection<Out, Context>, reason: CloseReason): void;
  /**
   * The peer ended its sending side; sending to it may go on until `close`. Only with the server's
   * `allowHalfOpen` option: without it the connection closes in order by itself.
   */
  onEnd?(connection: Connection<Out, Context>): void;
  /**
   * The server is stopping. Nothing more is received from this connection; what was received before
   * has been given to `onMessage`. It can still be sent to: when this returns, or the promise that it
   * returned settles, or at the deadline of `close`, the connection closes with reason
   * `server-closing`. For handlers that answer later: return what is under way.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a handler that returns nothing is usual
  onClosing?(connection: Connection<Out, Context>): Promise<unknown> | undefined | void;
  /** Unsent bytes fell from above the high watermark to below the low one. */
  onDrain?(connection: Connection<Out, Context>): void;
  /** What went wrong, before the `onClose` that it leads to. */
  onError?(connection: Connection<Out, Context>, error: GevError): void;
}
