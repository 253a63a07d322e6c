// Framed echo on node:net by hand: all frames of one read are answered with one buffer in one
// write. The fastest of the ways that were measured (see node-net-framed-writev.ts,
// node-net-framed-plain.ts).
import { type AddressInfo, createServer } from 'node:net';
import { encodeFrames, FrameReader } from '../framing/frames.js';
import { BACKLOG, serve } from '../serve.js';

const onMessage = (body: Buffer) => body;

const server = createServer((socket) => {
  const reader = new FrameReader();
  socket.setNoDelay(true);
  socket.on('data', (chunk) => {
    const replies = reader.read(chunk).map(onMessage);
    if (replies.length > 0 && !socket.write(encodeFrames(replies))) socket.pause();
  });
  socket.on('drain', () => socket.resume());
  socket.on('error', () => socket.destroy());
});

server.listen({ host: '127.0.0.1', port: 0, backlog: BACKLOG }, () => {
  serve((server.address() as AddressInfo).port);
});
