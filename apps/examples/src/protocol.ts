// A protocol of one's own: frames of a u32 big-endian length and a body; each frame is echoed.
import { createServer } from 'gev';
import { readServerArguments, tcpAddress } from './run/arguments.js';
import { runExample } from './run/run-example.js';

const { host, port, loops, metrics } = readServerArguments(1834);

const makeServer = () =>
  createServer({
    address: tcpAddress(host, port),
    loops,
    metrics,
    handler: new URL('./handlers/protocol.js', import.meta.url),
  });

await runExample(
  makeServer,
  (at) => `printf '\\0\\0\\0\\5hello' | nc -q 1 ${at.hostname} ${at.port} | xxd`,
  metrics,
);
