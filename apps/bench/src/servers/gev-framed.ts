// Framed echo on gev, with the codec that users pick; GEV_POLLER says on which poller.
import { lengthField } from '@gev/plugin-framing';
import { createServer } from 'gev';
import { BACKLOG, serve } from '../serve.js';

const server = createServer({
  address: 'tcp://127.0.0.1:0',
  backlog: BACKLOG,
  protocol: lengthField(),
  handler: { onMessage: (_connection, body) => body },
});

await server.listen();
serve(Number(new URL(server.address).port));
