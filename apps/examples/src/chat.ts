// A chat with rooms: a page and its WebSockets on one port, over as many loops as there shall be.
import { createServer } from 'gev';
import { keepPresence } from './chat/presence.js';
import { readServerArguments, tcpAddress } from './run/arguments.js';
import { runExample } from './run/run-example.js';

const { host, port, loops, metrics } = readServerArguments(1841);

function makeServer() {
  const server = createServer({
    address: tcpAddress(host, port),
    loops,
    metrics,
    maxConnections: 10_000,
    handler: new URL('./handlers/chat.js', import.meta.url),
  });
  keepPresence(server);
  return server;
}

await runExample(makeServer, (at) => `open http://${at.host}/ in two tabs of a browser`, metrics);
