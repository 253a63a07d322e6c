// Protobuf messages in gev's frames on node:net and protobufjs by hand: all frames of one read are
// decoded where they lie, and all replies are encoded by one writer into one buffer for one write.
// The faster of the ways that were measured (see node-net-protobuf-finish.ts).
import { type AddressInfo, createServer } from 'node:net';
import protobuf from 'protobufjs';
import { FrameReader } from '../framing/frames.js';
import { NOTE, noteRoot, splitBody } from '../framing/note.js';
import { BACKLOG, serve } from '../serve.js';

const LENGTH = 4;

const types = new Map([[NOTE, noteRoot.lookupType(NOTE)]]);
const header = Buffer.from(`\0\0\0\0\0\0${NOTE}`);
header.writeUInt16BE(NOTE.length, LENGTH);

const onMessage = (message: object) => message;

/** Answers a frame behind what the writer holds. */
function answer(body: Buffer, writer: protobuf.Writer): void {
  const { type, payload } = splitBody(body);
  const codec = types.get(type);
  if (codec === undefined) throw new Error(`no type ${type}`);
  const start = writer.pos;
  writer.raw(header);
  codec.encode(onMessage(codec.decode(payload)), writer);
  (writer.buf as Buffer).writeUInt32BE(writer.pos - start - LENGTH, start);
}

const server = createServer((socket) => {
  const reader = new FrameReader();
  socket.setNoDelay(true);
  socket.on('data', (chunk) => {
    const bodies = reader.read(chunk);
    if (bodies.length === 0) return;
    const writer = new protobuf.BufferWriter();
    for (const body of bodies) answer(body, writer);
    if (!socket.write(writer.buf.subarray(0, writer.pos))) socket.pause();
  });
  socket.on('drain', () => socket.resume());
  socket.on('error', () => socket.destroy());
});

server.listen({ host: '127.0.0.1', port: 0, backlog: BACKLOG }, () => {
  serve((server.address() as AddressInfo).port);
});
