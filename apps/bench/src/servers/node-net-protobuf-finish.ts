// The same as node-net-protobuf.ts, but each reply is encoded as the documentation of protobufjs shows
// it, into a buffer of its own; they are joined for one write.
import { type AddressInfo, createServer } from 'node:net';
import { encodeFrames, FrameReader } from '../framing/frames.js';
import { NOTE, noteRoot, splitBody } from '../framing/note.js';
import { BACKLOG, serve } from '../serve.js';

const types = new Map([[NOTE, noteRoot.lookupType(NOTE)]]);
const header = Buffer.from(`\0\0${NOTE}`);
header.writeUInt16BE(NOTE.length);

const onMessage = (message: object) => message;

/** The payload that answers a frame. */
function answer(body: Buffer): Uint8Array {
  const { type, payload } = splitBody(body);
  const codec = types.get(type);
  if (codec === undefined) throw new Error(`no type ${type}`);
  return codec.encode(onMessage(codec.decode(payload))).finish();
}

const server = createServer((socket) => {
  const reader = new FrameReader();
  socket.setNoDelay(true);
  socket.on('data', (chunk) => {
    const payloads = reader.read(chunk).map(answer);
    if (payloads.length > 0 && !socket.write(encodeFrames(payloads, header))) socket.pause();
  });
  socket.on('drain', () => socket.resume());
  socket.on('error', () => socket.destroy());
});

server.listen({ host: '127.0.0.1', port: 0, backlog: BACKLOG }, () => {
  serve((server.address() as AddressInfo).port);
});
