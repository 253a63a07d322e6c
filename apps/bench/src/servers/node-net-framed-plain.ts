// Framed echo on node:net by hand, the first way that comes to mind: one write for each reply.
import { type AddressInfo, createServer } from 'node:net';
import { encodeFrames, FrameReader } from '../framing/frames.js';
import { BACKLOG, serve } from '../serve.js';

const onMessage = (body: Buffer) => body;

const server = createServer((socket) => {
  const reader = new FrameReader();
  socket.setNoDelay(true);
  socket.on('data', (chunk) => {
    for (const reply of reader.read(chunk).map(onMessage)) socket.write(encodeFrames([reply]));
  });
  socket.on('error', () => socket.destroy());
});

server.listen({ host: '127.0.0.1', port: 0, backlog: BACKLOG }, () => {
  serve((server.address() as AddressInfo).port);
});
