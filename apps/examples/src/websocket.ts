// Sends back every WebSocket message on the path /, compressed if the peer likes that; 404 elsewhere.
import { createServer } from 'gev';
import { readServerArguments, tcpAddress } from './run/arguments.js';
import { runExample } from './run/run-example.js';

const { host, port, loops, metrics } = readServerArguments(1840);

const makeServer = () =>
  createServer({
    address: tcpAddress(host, port),
    loops,
    metrics,
    handler: new URL('./handlers/websocket.js', import.meta.url),
  });

await runExample(
  makeServer,
  (at) => `echo hello | node websocket-client.js --host ${at.hostname} --port ${at.port}`,
  metrics,
);
