// JSON lines: each line is a request such as {"id":1,"add":[1,2]}, answered in a line of its own.
import { createServer } from 'gev';
import { readServerArguments, tcpAddress } from './run/arguments.js';
import { runExample } from './run/run-example.js';

const { host, port, loops, metrics } = readServerArguments(1838);

const makeServer = () =>
  createServer({
    address: tcpAddress(host, port),
    loops,
    metrics,
    handler: new URL('./handlers/json-lines.js', import.meta.url),
  });

await runExample(
  makeServer,
  (at) => `echo '{"id":1,"add":[1,2]}' | nc -q 1 ${at.hostname} ${at.port}`,
  metrics,
);
