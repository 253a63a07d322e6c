// Echo on gev with two loops, each in a thread.
import { createServer } from 'gev';
import { BACKLOG, serve } from '../serve.js';

const server = createServer({
  address: 'tcp://127.0.0.1:0',
  backlog: BACKLOG,
  loops: 2,
  handler: new URL('../handlers/plain-echo.handler.js', import.meta.url),
});

await server.listen();
serve(Number(new URL(server.address).port));
