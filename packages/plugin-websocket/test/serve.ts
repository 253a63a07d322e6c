import { createServer } from 'gev';
import { type WebSocketOptions, webSocket } from '../src/index.js';

/** A WebSocket server on a free port of the loopback, to be used with `await using`. */
export async function serve<Data = undefined>(options: WebSocketOptions<Data>, more: object = {}) {
  const server = createServer({
    address: 'tcp://127.0.0.1:0',
    ...more,
    ...webSocket(options),
  });
  await server.listen();
  const url = server.address.replace('tcp://', 'ws://');
  return Object.assign(server, { url });
}
