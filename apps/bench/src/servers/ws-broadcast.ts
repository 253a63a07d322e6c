// Each message goes to every WebSocket, on the package ws, as its documentation shows it.
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { BACKLOG, serve } from '../serve.js';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, backlog: BACKLOG });

server.on('connection', (ws) => {
  ws.on('message', (data, isBinary) => {
    for (const client of server.clients) {
      if (client.readyState === WebSocket.OPEN) client.send(data, { binary: isBinary });
    }
  });
  ws.on('error', () => ws.terminate());
});

server.on('listening', () => serve((server.address() as AddressInfo).port));
