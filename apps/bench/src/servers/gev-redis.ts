// The example `redis` on gev; GEV_POLLER says on which poller.
import { createServer, handlerModule } from 'gev';
import { BACKLOG, serve } from '../serve.js';

type Handler = typeof import('@gev/examples/redis-handler');

const server = createServer({
  address: 'tcp://127.0.0.1:0',
  backlog: BACKLOG,
  handler: handlerModule<Handler>(new URL(import.meta.resolve('@gev/examples/redis-handler'))),
});

await server.listen();
serve(Number(new URL(server.address).port));
