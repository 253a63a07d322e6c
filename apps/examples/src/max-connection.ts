// Takes --max connections, of which --per-address from one address; who comes then is closed at once.
import { createServer } from 'gev';
import { readServerArguments, tcpAddress } from './run/arguments.js';
import { runExample } from './run/run-example.js';

const args = readServerArguments(1836, { max: 3, 'per-address': 100 });

const makeServer = () =>
  createServer({
    address: tcpAddress(args.host, args.port),
    loops: args.loops,
    metrics: args.metrics,
    maxConnections: args.max,
    maxConnectionsPerAddress: args['per-address'],
    handler: new URL('./handlers/echo.js', import.meta.url),
  });

await runExample(
  makeServer,
  (at) => `nc ${at.hostname} ${at.port} in ${args.max + 1} terminals`,
  args.metrics,
);
