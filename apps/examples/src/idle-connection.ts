// Closes connections on which nothing moved for --idle milliseconds; an echo puts it off.
import { createServer } from 'gev';
import { readServerArguments, tcpAddress } from './run/arguments.js';
import { runExample } from './run/run-example.js';

const { host, port, loops, metrics, idle } = readServerArguments(1835, { idle: 5_000 });

const makeServer = () =>
  createServer({
    address: tcpAddress(host, port),
    loops,
    metrics,
    idleTimeout: idle,
    handler: new URL('./handlers/idle-connection.js', import.meta.url),
  });

await runExample(makeServer, (at) => `nc ${at.hostname} ${at.port}, and wait`, metrics);
