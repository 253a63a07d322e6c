// Sends back every byte it receives, and prints a span of OpenTelemetry for each message and connection.
import { createServer } from 'gev';
import { readServerArguments, tcpAddress } from './run/arguments.js';
import { runExample } from './run/run-example.js';

const { host, port, loops, metrics } = readServerArguments(1845);

const makeServer = () =>
  createServer({
    address: tcpAddress(host, port),
    loops,
    metrics,
    handler: new URL('./handlers/opentelemetry.js', import.meta.url),
  });

await runExample(makeServer, (at) => `nc ${at.hostname} ${at.port}, and say hello, or !`, metrics);
