// Pushes the time to every connection of every loop, every --every milliseconds.
import { createServer } from 'gev';
import { readServerArguments, tcpAddress } from './run/arguments.js';
import { runExample } from './run/run-example.js';

const { host, port, loops, metrics, every } = readServerArguments(1837, { every: 1_000 });

function makeServer() {
  const server = createServer({
    address: tcpAddress(host, port),
    loops,
    metrics,
    handler: new URL('./handlers/echo.js', import.meta.url),
  });
  server.runEvery(every, () => {
    if (server.connections > 0) server.broadcast(`${new Date().toISOString()}\n`);
  });
  return server;
}

await runExample(makeServer, (at) => `nc ${at.hostname} ${at.port}, in several terminals`, metrics);
