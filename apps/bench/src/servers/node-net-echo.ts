// Echo on node:net, as its documentation shows it.
import { type AddressInfo, createServer } from 'node:net';
import { BACKLOG, serve } from '../serve.js';

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('data', (data) => socket.write(data));
  socket.on('error', () => socket.destroy());
});

server.listen({ host: '127.0.0.1', port: 0, backlog: BACKLOG }, () => {
  serve((server.address() as AddressInfo).port);
});
