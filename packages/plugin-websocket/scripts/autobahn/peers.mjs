// The server and the clients that the suite tests: both send back what they get.
import { connectWebSocket, webSocket } from '@gev/plugin-websocket';
import { connect, createServer } from 'gev';

/** Group 9 has messages of 16 MiB. */
const maxPayload = 32 * 1024 * 1024;

/** Two sets of client options: a server may ask for either, and the suite has cases for both. */
export const withTakeover = { maxPayload, deflate: { threshold: 0 } };
export const withoutTakeover = { maxPayload, deflate: { threshold: 0, ownContextTakeover: false } };

/** An echo server on a free port of the loopback. */
export async function serveEcho() {
  const server = createServer({
    address: 'tcp://127.0.0.1:0',
    ...webSocket({ maxPayload, deflate: { threshold: 0 }, onMessage: (_ws, data) => data }),
  });
  await server.listen();
  return server;
}

/** Sends back what comes until the other side closes. A refused handshake is a case like others. */
export async function echo(url, options) {
  await new Promise((resolve) => {
    const callbacks = { onMessage: (_ws, data) => data, onClose: resolve };
    connectWebSocket(url, { ...options, ...callbacks, connect }).catch(resolve);
  });
}

/** Listens until the other side closes; gives the last text. */
export async function ask(url) {
  return await new Promise((resolve, reject) => {
    let answer = '';
    const onMessage = (_ws, data) => {
      answer = data;
    };
    connectWebSocket(url, { connect, onMessage, onClose: () => resolve(answer) }).catch(reject);
  });
}
