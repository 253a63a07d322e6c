import { type AddressInfo, createServer, type Socket } from 'node:net';
import {
  DEFAULT_LIMITS,
  failure,
  Redis,
  type Reply,
  RequestParser,
  Session,
} from '@gev/examples/redis';
import { RingBuffer } from '@gev/ringbuffer';
import { BACKLOG, serve } from '../serve.js';

/** How the replies to one read are sent. */
export interface ReplyWriter {
  begin(socket: Socket): void;
  write(socket: Socket, reply: Reply, session: Session): void;
  /** Sends what was not sent yet; false when the socket wants a pause. */
  end(socket: Socket): boolean;
}

/**
 * The commands and the parser of the example `redis` on node:net by hand: a read is parsed where it
 * lies.
 */
export function serveRedisOnNodeNet(writer: ReplyWriter): void {
  const redis = new Redis({
    now: Date.now,
    runAfter: (delay, task) => void setTimeout(task, delay),
  });
  const parser = new RequestParser(DEFAULT_LIMITS);
  const server = createServer((socket) => {
    const client = new Client(socket, redis, parser, writer);
    redis.clients += 1;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => client.onData(chunk));
    socket.on('drain', () => socket.resume());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      parser.forget(client);
      redis.clients -= 1;
    });
  });
  server.listen({ host: '127.0.0.1', port: 0, backlog: BACKLOG }, () => {
    serve((server.address() as AddressInfo).port);
  });
}

/** Laid over the bytes of a read while they are parsed: one for all connections. */
const overlay = new RingBuffer();

class Client {
  readonly #socket: Socket;
  readonly #redis: Redis;
  readonly #parser: RequestParser;
  readonly #writer: ReplyWriter;
  readonly #session = new Session();
  /** The part of a request that has arrived. */
  readonly #rest = new RingBuffer();

  constructor(socket: Socket, redis: Redis, parser: RequestParser, writer: ReplyWriter) {
    this.#socket = socket;
    this.#redis = redis;
    this.#parser = parser;
    this.#writer = writer;
  }

  onData(chunk: Buffer): void {
    const rest = this.#rest;
    const input = rest.isEmpty ? overlay.withData(chunk) : rest;
    if (input === rest) rest.write(chunk);
    this.#writer.begin(this.#socket);
    try {
      this.#answer(input);
    } catch (error) {
      this.#tell(failure(`ERR ${(error as Error).message}`));
      this.#session.isLeaving = true;
    }
    if (input === overlay && !overlay.isEmpty) rest.write(overlay.bytes());
    if (!this.#writer.end(this.#socket)) this.#socket.pause();
    if (this.#session.isLeaving) this.#socket.end();
  }

  /** Answers every whole request in the buffer. */
  #answer(input: RingBuffer): void {
    while (!this.#session.isLeaving) {
      const request = this.#parser.parse(input, this);
      if (request === undefined) return;
      if (request.count > 0) this.#tell(this.#redis.execute(request, this.#session));
    }
  }

  #tell(reply: Reply): void {
    this.#writer.write(this.#socket, reply, this.#session);
  }
}
