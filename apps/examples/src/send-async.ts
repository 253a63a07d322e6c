// Answers later, from outside of the callback: from the loop after a look-up, and from the server's
// thread by the connection's id.
import { createServer } from 'gev';
import type { Question } from './handlers/send-async.js';
import { readServerArguments, tcpAddress } from './run/arguments.js';
import { runExample } from './run/run-example.js';

const { host, port, loops, metrics } = readServerArguments(1839);

function makeServer() {
  const server = createServer({
    address: tcpAddress(host, port),
    loops,
    metrics,
    handler: new URL('./handlers/send-async.js', import.meta.url),
  });
  server.on('post', (value) => {
    const { connection, text } = value as Question;
    setTimeout(() => server.send(connection, `the server says ${text}`), 20);
  });
  return server;
}

await runExample(
  makeServer,
  (at) => `nc ${at.hostname} ${at.port}, and say 'server:hello'`,
  metrics,
);
