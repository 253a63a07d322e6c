// Each message goes to every WebSocket, by a topic, on gev; GEV_POLLER says on which poller.
import { publish, webSocket } from '@gev/plugin-websocket';
import { createServer } from 'gev';
import { BACKLOG, serve } from '../serve.js';

const server = createServer({
  address: 'tcp://127.0.0.1:0',
  backlog: BACKLOG,
  ...webSocket({
    onOpen: (ws) => {
      ws.subscribe('all');
    },
    onMessage: (ws, data) => {
      publish(ws.connection.loop, 'all', data);
    },
  }),
});

await server.listen();
serve(Number(new URL(server.address).port));
