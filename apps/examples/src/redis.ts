// Speaks the protocol of Redis (RESP2, RESP3 and lines) and knows the commands of a cache; keys lie in
// a Map. redis-cli and redis-benchmark take it for Redis.
import { createServer } from 'gev';
import { readServerArguments, tcpAddress } from './run/arguments.js';
import { runExample } from './run/run-example.js';

const { host, port, loops, metrics } = readServerArguments(6380);

if (loops > 1) {
  console.error(
    `--loops is '${loops}': this example takes 1: its keys lie in one loop, and with more each client would see the keys of the loop that it came to`,
  );
  process.exit(2);
}

/** Twice the longest argument, so that a request with the longest one and more is taken. */
const MAX_REQUEST = 16 * 1024 * 1024;

const makeServer = () =>
  createServer({
    address: tcpAddress(host, port),
    metrics,
    maxInputBuffer: MAX_REQUEST,
    handler: new URL('./handlers/redis.js', import.meta.url),
  });

await runExample(
  makeServer,
  (at) => `redis-cli -h ${at.hostname} -p ${at.port} set greeting hello`,
  metrics,
);
