// Sends back every byte it receives.
import { createServer } from 'gev';
import { readArguments } from './run/arguments.js';
import { runExample } from './run/run-example.js';

const { host, port, loops } = readArguments(1833);

const makeServer = () =>
  createServer({
    address: `tcp://${host}:${port}`,
    loops: loops as 1,
    handler: { onMessage: (_connection, data) => data },
  });

await runExample(makeServer, (at) => `nc ${at.hostname} ${at.port}`);
