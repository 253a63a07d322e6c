// Each message goes to every WebSocket, on gev; GEV_POLLER says on which poller.
import { webSocket } from '@gev/plugin-websocket';
import { createServer } from 'gev';
import { BACKLOG, serve } from '../serve.js';

const server = createServer({
  address: 'tcp://127.0.0.1:0',
  backlog: BACKLOG,
  ...webSocket({
    onMessage: (_ws, data) => {
      server.broadcast(data);
    },
  }),
});

await server.listen();
serve(Number(new URL(server.address).port));
