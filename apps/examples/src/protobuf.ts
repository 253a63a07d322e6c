// Keeps users, asked in Protobuf messages (proto/users.proto) in gev's frames.
import { createServer } from 'gev';
import { readServerArguments, tcpAddress } from './run/arguments.js';
import { runExample } from './run/run-example.js';

const { host, port, loops, metrics } = readServerArguments(1840);

const makeServer = () =>
  createServer({
    address: tcpAddress(host, port),
    loops,
    metrics,
    handler: new URL('./handlers/protobuf.js', import.meta.url),
  });

await runExample(
  makeServer,
  (at) =>
    `printf 'add Ada ada@example.org\\nlist\\n' | node apps/examples/dist/protobuf-client.js --port ${at.port}`,
  metrics,
);
