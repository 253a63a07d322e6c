import { type Connection, type Handler, isGevError } from '@gev/core';
import type { TcpConnection } from '../tcp-connection.js';
import { failedEnd } from './failed-end.js';
import { MessageQueue } from './message-queue.js';

const QUEUE = Symbol('gev.messages');

/**
 * A handler that runs an async function for each connection, with the messages to iterate over; for
 * servers and clients alike. Reading pauses while 16 messages wait. Messages that are bytes are
 * copies, since they outlive the callback; what other messages hold of the input is not.
 *
 * The iteration ends with the peer's end, and throws `ERR_GEV_CLOSED` when the connection was reset or
 * timed out. When the function returns, the connection closes in order; when it throws, that is told to
 * `onError` or the log, and the connection closes with `handler-error`.
 *
 * Give the option `allowHalfOpen: true` where the peer may end its side before it has its answers:
 * without it the connection closes when the peer ends, and an answer after an `await` fails with
 * `ERR_GEV_CLOSED`. That the connection is gone is no fault of the function: of such an error that it
 * does not catch nobody is told.
 *
 * @example
 * handler: iterableHandler(async (messages, connection) => {
 *   for await (const message of messages) connection.send(await answer(message));
 * })
 */
export function iterableHandler<In = Uint8Array, Out = Uint8Array | string, Context = unknown>(
  run: (messages: AsyncIterableIterator<In>, connection: Connection<Out, Context>) => Promise<void>,
): Handler<In, Out, Context> {
  const queueOf = (c: Connection<Out, Context>) => c.get<MessageQueue<In>>(QUEUE);
  /** What `run` gave, settled without an error: its own end is seen to. */
  const runs = new WeakMap<Connection<Out, Context>, Promise<void>>();
  return {
    onConnect(c) {
      const queue = new MessageQueue<In>(c);
      c.set(QUEUE, queue);
      const done = run(queue, c).then(
        () => c.close(),
        (error: unknown) => fail(c, error),
      );
      runs.set(c, done);
    },
    onMessage(c, message) {
      queueOf(c)?.push(message instanceof Uint8Array ? (message.slice() as In) : message);
    },
    onEnd: (c) => queueOf(c)?.finish(),
    onClosing(c) {
      queueOf(c)?.finish();
      return runs.get(c);
    },
    onClose(c, reason) {
      queueOf(c)?.finish(failedEnd(reason));
    },
  };
}

/** What a connection of a server or client has, but none that a test made. */
type Contained = Pick<TcpConnection<unknown, unknown, unknown>, 'onFault'>;

/** As when a handler throws, but for the news that this very connection is closing or closed. */
function fail<Out, Context>(connection: Connection<Out, Context>, error: unknown): void {
  // Not instanceof: the server may come from another copy of the package (ESM and CommonJS).
  const own = connection as Connection<Out, Context> & Partial<Contained>;
  if (isGevError(error) && error.code === 'ERR_GEV_CLOSED' && !own.sendable) {
    own.close();
  } else if (own.onFault) {
    own.onFault(error);
  } else {
    own.destroy();
    throw error;
  }
}
