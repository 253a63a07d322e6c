import type { Connection, Handler } from '@gev/core';
import { ConnectionStream } from './connection-stream.js';

const STREAM = Symbol('gev.stream');

/**
 * A handler that gives each connection to `onStream` as a Duplex of node:stream, for servers and
 * clients alike; only with the default protocol. Give the option `allowHalfOpen: true` where the peer
 * may end its side before it has its answer: without it the connection closes when the peer ends.
 *
 * `end()` sends what is unsent and ends the sending side; `destroy()` ends the connection at once.
 * What went wrong with the connection is the stream's `error`, also what was written and never left. A
 * connection that ends in order, as when the server closes, ends the stream in order: both sides, and
 * 'close' when what came has been read.
 *
 * @example
 * handler: duplexHandler((stream) => pipeline(stream, createGzip(), stream, () => {}))
 */
export function duplexHandler<Context = unknown>(
  onStream: (
    stream: ConnectionStream,
    connection: Connection<Uint8Array | string, Context>,
  ) => void,
): Handler<Uint8Array, Uint8Array | string, Context> {
  const streamOf = (c: Connection<Uint8Array | string, Context>) => c.get<ConnectionStream>(STREAM);
  return {
    onConnect(c) {
      const stream = new ConnectionStream(c);
      c.set(STREAM, stream);
      onStream(stream, c);
    },
    onMessage(c, bytes) {
      streamOf(c)?.received(bytes);
    },
    onEnd: (c) => streamOf(c)?.ended(),
    onDrain: (c) => streamOf(c)?.drained(),
    onError: (c, error) => streamOf(c)?.failed(error),
    onClose: (c, reason) => streamOf(c)?.over(reason),
  };
}
