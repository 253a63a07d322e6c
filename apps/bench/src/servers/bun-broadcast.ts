// Each message goes to every WebSocket, by a topic of Bun.serve; runs under Bun.
import { bunServe } from '../bun-serve.js';

const server = bunServe({
  open: (ws) => ws.subscribe('all'),
  message: (_ws, message) => server.publish('all', message),
});
