// Sends 32 MiB to whoever says something, as fast as the peer reads and no faster, and tells how much
// is unsent. Nothing piles up: `send` returns false above the high watermark.
import { createServer } from 'gev';
import { readServerArguments, tcpAddress } from './run/arguments.js';
import { runExample } from './run/run-example.js';

const { host, port, loops, metrics } = readServerArguments(1838);

const makeServer = () =>
  createServer({
    address: tcpAddress(host, port),
    loops,
    metrics,
    highWatermark: 256 * 1024,
    lowWatermark: 64 * 1024,
    handler: new URL('./handlers/buffer-length.js', import.meta.url),
  });

await runExample(
  makeServer,
  (at) => `echo go | nc ${at.hostname} ${at.port} | pv -L 1m > /dev/null`,
  metrics,
);
