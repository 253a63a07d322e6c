// Sends back every byte it receives.
import { createServer } from 'gev';
import { readServerArguments, tcpAddress } from './run/arguments.js';
import { runExample } from './run/run-example.js';

const { host, port, loops, metrics } = readServerArguments(1833);

const makeServer = () =>
  createServer({
    address: tcpAddress(host, port),
    loops,
    metrics,
    handler: new URL('./handlers/echo.js', import.meta.url),
  });

await runExample(makeServer, (at) => `nc ${at.hostname} ${at.port}`, metrics);
