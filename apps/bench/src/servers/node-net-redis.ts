// The commands and the parser of the example `redis` on node:net by hand: a read is parsed where it
// lies, and all replies to it leave in one write.
import { type AddressInfo, createServer, type Socket } from 'node:net';
import {
  DEFAULT_LIMITS,
  failure,
  Redis,
  RequestParser,
  Session,
  writeReply,
} from '@gev/examples/redis';
import { RingBuffer } from '@gev/ringbuffer';
import { BACKLOG, serve } from '../serve.js';

const redis = new Redis({
  now: Date.now,
  runAfter: (delay, task) => void setTimeout(task, delay),
});
const parser = new RequestParser(DEFAULT_LIMITS);
/** Laid over the bytes of a read while they are parsed; one for all connections. */
const overlay = new RingBuffer();
/** The replies to a read; one for all connections. */
const replies = new RingBuffer(64 * 1024);

/** Answers every whole request in the buffer. */
function answer(input: RingBuffer, session: Session): void {
  while (!session.isLeaving) {
    const request = parser.parse(input, session);
    if (request === undefined) return;
    if (request.count > 0) {
      writeReply(redis.execute(request, session), replies, session.version);
    }
  }
}

function onData(socket: Socket, session: Session, rest: RingBuffer, chunk: Buffer): void {
  const input = rest.isEmpty ? overlay.withData(chunk) : rest;
  if (input === rest) rest.write(chunk);
  replies.clear();
  try {
    answer(input, session);
  } catch (error) {
    writeReply(failure(`ERR ${(error as Error).message}`), replies, session.version);
    session.isLeaving = true;
  }
  if (input === overlay && !overlay.isEmpty) rest.write(overlay.bytes());
  // A copy: node:net keeps it until the kernel has taken it.
  if (!replies.isEmpty && !socket.write(replies.bytes())) socket.pause();
  if (session.isLeaving) socket.end();
}

const server = createServer((socket) => {
  const session = new Session();
  const rest = new RingBuffer();
  redis.clients += 1;
  socket.setNoDelay(true);
  socket.on('data', (chunk) => onData(socket, session, rest, chunk));
  socket.on('drain', () => socket.resume());
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    parser.forget(session);
    redis.clients -= 1;
  });
});

server.listen({ host: '127.0.0.1', port: 0, backlog: BACKLOG }, () => {
  serve((server.address() as AddressInfo).port);
});
