// Framed echo on node:net by hand, the other way: header and body are written as they are, and
// cork() gathers them into one writev.
import { type AddressInfo, createServer } from 'node:net';
import { encodeHeader, FrameReader } from '../framing/frames.js';
import { BACKLOG, serve } from '../serve.js';

const onMessage = (body: Buffer) => body;

const server = createServer((socket) => {
  const reader = new FrameReader();
  socket.setNoDelay(true);
  socket.on('data', (chunk) => {
    let more = true;
    socket.cork();
    for (const reply of reader.read(chunk).map(onMessage)) {
      socket.write(encodeHeader(reply.length));
      more = socket.write(reply);
    }
    socket.uncork();
    if (!more) socket.pause();
  });
  socket.on('drain', () => socket.resume());
  socket.on('error', () => socket.destroy());
});

server.listen({ host: '127.0.0.1', port: 0, backlog: BACKLOG }, () => {
  serve((server.address() as AddressInfo).port);
});
