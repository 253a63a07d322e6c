import { type CloseReason, type Connection, GevError, type Handler } from '@gev/core';
import { TcpConnection } from '../tcp-connection.js';
import { MessageQueue } from './message-queue.js';

const QUEUE = Symbol('gev.messages');

/** Ends that are no failure to who reads. */
const ORDERLY: ReadonlySet<CloseReason> = new Set([
  'peer-closed',
  'local-closed',
  'server-closing',
]);

/**
 * A handler that runs an async function for each connection, with the messages to iterate over; for
 * servers and clients alike. Reading pauses while 16 messages wait. Messages that are bytes are
 * copies, since they outlive the callback; what other messages hold of the input is not.
 *
 * The iteration ends with the peer's end, and throws `ERR_GEV_CLOSED` when the connection was reset or
 * timed out. When the function returns, the connection closes in order; when it throws, it closes with
 * `handler-error`.
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
  return {
    onConnect(c) {
      const queue = new MessageQueue<In>(c);
      c.set(QUEUE, queue);
      run(queue, c).then(
        () => c.close(),
        (error: unknown) => fail(c, error),
      );
    },
    onMessage(c, message) {
      queueOf(c)?.push(message instanceof Uint8Array ? (message.slice() as In) : message);
    },
    onEnd: (c) => queueOf(c)?.finish(),
    onClose(c, reason) {
      queueOf(c)?.finish(ORDERLY.has(reason) ? undefined : endedError(reason));
    },
  };
}

/** As when a handler throws: told to `onError` or the log, and the connection closed for it. */
function fail<Out, Context>(connection: Connection<Out, Context>, error: unknown): void {
  if (connection.closed) return;
  if (connection instanceof TcpConnection) connection.onFault(error);
  else connection.destroy();
}

function endedError(reason: CloseReason): GevError {
  return new GevError('ERR_GEV_CLOSED', `the connection ended: ${reason}`);
}
