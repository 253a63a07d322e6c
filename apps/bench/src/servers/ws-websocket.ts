// WebSocket echo on the package ws, as its documentation shows it.
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { BACKLOG, serve } from '../serve.js';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, backlog: BACKLOG });

server.on('connection', (ws) => {
  ws.on('message', (data, isBinary) => ws.send(data, { binary: isBinary }));
  ws.on('error', () => ws.terminate());
});

server.on('listening', () => serve((server.address() as AddressInfo).port));
