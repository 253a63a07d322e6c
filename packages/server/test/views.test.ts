import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, connect as netConnect } from 'node:net';
import { Readable, Transform, Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@gev/core';
import { describe, expect, it } from 'vitest';
import { Client, type ConnectionStream, duplexHandler, iterableHandler } from '../src/index.js';
import { Client as Peer, until } from './client.js';
import { frames } from './fixtures/frames.mjs';
import { pollers } from './pollers.js';
import { serve } from './serve.js';

const MEGABYTE = 1024 * 1024;
const half = { allowHalfOpen: true };

const upperCase = () =>
  new Transform({
    transform: (chunk, _encoding, done) => done(null, String(chunk).toUpperCase()),
  });

describe.each(pollers)('a connection as a stream on $name', (choice) => {
  it('goes through a pipeline and ends with it', async () => {
    let finished: Promise<void> | undefined;
    const handler = duplexHandler((stream) => {
      finished = pipeline(stream, upperCase(), stream);
    });
    await using server = await serve(choice, handler, half);
    const client = await Peer.connect(server.address);
    client.socket.end('hello');
    await until(() => client.ended);
    expect(client.received.toString()).toBe('HELLO');
    await finished;
    await until(() => server.connections === 0);
  });

  it('holds back whoever is too fast, both ways, and loses nothing', {
    timeout: 60_000,
  }, async () => {
    const sent = randomBytes(16 * MEGABYTE);
    const handler = duplexHandler((stream) => void pipeline(stream, stream));
    await using server = await serve(choice, handler, half);
    const url = new URL(server.address);
    const socket = netConnect({ port: Number(url.port), host: url.hostname, allowHalfOpen: true });
    const hash = createHash('sha256');
    let size = 0;
    const slow = new Writable({
      highWaterMark: 64 * 1024,
      write(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        size += chunk.length;
        setImmediate(done);
      },
    });
    await Promise.all([pipeline(Readable.from(pieces(sent)), socket), pipeline(socket, slow)]);
    expect(size).toBe(sent.length);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(sent).digest('hex'));
  });

  it('does not read what nobody asks for', async () => {
    let stream: ConnectionStream | undefined;
    const handler = duplexHandler((opened) => {
      stream = opened;
    });
    await using server = await serve(choice, handler);
    const client = await Peer.connect(server.address);
    client.socket.write(Buffer.alloc(32 * MEGABYTE));
    await until(() => (stream?.readableLength ?? 0) > 0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(stream!.readableLength).toBeLessThan(MEGABYTE);
    expect(client.socket.writableLength).toBeGreaterThan(MEGABYTE);
    stream!.destroy();
    await until(() => client.closed);
  });

  it('tells a reset as an error, and destroy ends the connection', async () => {
    const streams: ConnectionStream[] = [];
    await using server = await serve(
      choice,
      duplexHandler((stream) => void streams.push(stream)),
    );
    const [reset, kept] = [await Peer.connect(server.address), await Peer.connect(server.address)];
    await until(() => streams.length === 2);
    const failed = once(streams[0]!.resume(), 'error');
    reset.socket.write('x');
    await until(() => streams[0]!.readableDidRead);
    reset.reset();
    expect((await failed)[0]).toMatchObject({ code: 'ERR_GEV_CLOSED' });
    streams[1]!.destroy();
    await until(() => kept.ended);
    await until(() => server.connections === 0);
  });

  it.each(['at once', 'slowly'])('keeps what came for who reads late, %s', async (how) => {
    const answering = createServer({ allowHalfOpen: true }, (socket) => {
      socket.resume().on('end', () => socket.end(Buffer.alloc(10_000, 'a')));
    });
    await once(answering.listen(0, '127.0.0.1'), 'listening');
    const { port } = answering.address() as AddressInfo;
    await using client = Client.on(choice);
    let stream: ConnectionStream | undefined;
    const handler = duplexHandler((opened) => {
      stream = opened;
    });
    const connection = await client.connect(`tcp://127.0.0.1:${port}`, { ...half, handler });
    stream!.end('request');
    await until(() => connection.closed);
    let size = 0;
    const reader = new Writable({
      highWaterMark: 1,
      write(chunk: Buffer, _encoding, done) {
        size += chunk.length;
        if (how === 'slowly') setTimeout(done, 10);
        else done();
      },
    });
    await pipeline(stream!, reader);
    expect(size).toBe(10_000);
    await until(() => stream!.closed);
    answering.close();
  });

  it.each([
    ['read', (stream: ConnectionStream) => void stream.resume()],
    ['not read', () => {}],
  ])("is over after the peer's end, which closes the connection: %s", async (_what, use) => {
    let stream: ConnectionStream | undefined;
    const handler = duplexHandler((opened) => {
      stream = opened;
      use(opened);
    });
    await using server = await serve(choice, handler);
    const client = await Peer.connect(server.address);
    await until(() => stream !== undefined);
    const over = finished(stream!);
    client.socket.end();
    await over;
    await until(() => stream!.closed);
    expect(stream!.errored).toBeNull();
  });

  it('tells an answer that comes too late as an error', async () => {
    let stream: ConnectionStream | undefined;
    const handler = duplexHandler((opened) => {
      stream = opened;
    });
    await using server = await serve(choice, handler);
    const client = await Peer.connect(server.address);
    await until(() => stream !== undefined);
    client.socket.end('request');
    await until(() => stream!.connection.closed);
    const failed = once(stream!, 'error');
    stream!.end('answer');
    expect((await failed)[0]).toMatchObject({ code: 'ERR_GEV_CLOSED' });
    expect(stream!.writableFinished).toBe(false);
  });

  it("tells 'finish' when everything has left, and not when it never will", async () => {
    const streams: ConnectionStream[] = [];
    const handler = duplexHandler((stream) => {
      streams.push(stream);
      stream.end(Buffer.alloc(16 * MEGABYTE));
    });
    await using server = await serve(choice, handler);
    const reading = await Peer.connect(server.address);
    await reading.receive(16 * MEGABYTE);
    await until(() => streams[0]!.writableFinished);
    reading.socket.end();
    const resetting = await Peer.connect(server.address);
    resetting.socket.pause();
    await until(() => streams.length === 2);
    await sleep(50);
    const failed = once(streams[1]!, 'error');
    resetting.reset();
    expect((await failed)[0]).toMatchObject({ code: 'ERR_GEV_CLOSED' });
    expect(streams[1]!.writableFinished).toBe(false);
  });

  it('ends in order when the server closes, and tells what that loses', async () => {
    const ends: string[] = [];
    const handler = duplexHandler((stream) => {
      const index = ends.push('open') - 1;
      stream.resume().on('close', () => {
        ends[index] = stream.errored === null ? 'in order' : 'failed';
      });
      // Nobody listens for errors of the first: one would end the test as an uncaught exception.
      if (index === 1) stream.on('error', () => {}).write(Buffer.alloc(16 * MEGABYTE));
    });
    const server = await serve(choice, handler);
    const reading = await Peer.connect(server.address);
    reading.socket.on('end', () => reading.socket.end());
    await until(() => ends.length === 1);
    const stuck = await Peer.connect(server.address);
    stuck.socket.pause();
    await until(() => ends.length === 2);
    await server.close({ timeout: 100 });
    await until(() => !ends.includes('open'));
    expect(ends).toEqual(['in order', 'failed']);
    stuck.socket.destroy();
  });
});

describe.each(pollers)('the messages of a connection on $name', (choice) => {
  it('can be iterated over, answered and left', async () => {
    const handler = iterableHandler<string, string>(async (messages, connection) => {
      for await (const message of messages) {
        if (message === 'bye') break;
        await Promise.resolve();
        connection.send(message.toUpperCase());
      }
      connection.send('left');
    });
    await using server = await serve(choice, handler, { protocol: frames });
    const replies: string[] = [];
    await using client = Client.on(choice);
    const connection = await client.connect(server.address, {
      protocol: frames,
      handler: { onMessage: (_c, text) => void replies.push(text) },
    });
    connection.sendAll(['one', 'two', 'bye', 'unheard']);
    await until(() => connection.closed);
    expect(replies).toEqual(['ONE', 'TWO', 'left']);
  });

  it('are copies, and wait when nobody asks', async () => {
    let go: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const kept: Uint8Array[] = [];
    const handler = iterableHandler(async (messages, connection) => {
      await gate;
      for await (const message of messages) kept.push(message);
      connection.send('end');
    });
    await using server = await serve(choice, handler, { ...half, poisonViews: true });
    const client = await Peer.connect(server.address);
    const sent = randomBytes(8 * MEGABYTE);
    client.socket.end(sent);
    await until(() => client.socket.writableLength > 0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(client.socket.writableLength).toBeGreaterThan(0);
    go?.();
    await until(() => client.ended);
    expect(Buffer.compare(Buffer.concat(kept), sent)).toBe(0);
    expect(client.received.toString()).toBe('end');
  });

  it('end with an error where the peer resets, and close for what the function throws', async () => {
    const ends: unknown[] = [];
    const codes: string[] = [];
    const handler = {
      ...iterableHandler(async (messages, connection) => {
        connection.send('hello');
        try {
          for await (const message of messages) {
            if (String(Buffer.from(message)) === 'throw') throw new Error('thrown');
          }
        } catch (error) {
          ends.push(error);
          throw error;
        }
      }),
      onError: (_c: unknown, error: { code: string }) => void codes.push(error.code),
    };
    await using server = await serve(choice, handler);
    const throwing = await Peer.connect(server.address);
    throwing.socket.write('throw');
    await until(() => throwing.ended);
    expect(codes).toEqual(['ERR_GEV_HANDLER']);
    throwing.socket.end();
    const resetting = await Peer.connect(server.address);
    await resetting.receive(5);
    resetting.reset();
    await until(() => ends.length === 2);
    expect(ends).toMatchObject([{ message: 'thrown' }, { code: 'ERR_GEV_CLOSED' }]);
  });

  it('may be answered too late, which is no fault, unlike what else the function throws then', async () => {
    const faults: unknown[] = [];
    const logger = { ...silent, error: (fields: object) => void faults.push(fields) };
    const left: string[] = [];
    const handler = iterableHandler(async (messages, connection) => {
      for await (const message of messages) {
        const text = String(Buffer.from(message));
        try {
          await until(() => connection.closed);
          if (text === 'bug') throw new TypeError('a bug');
          connection.send('answer');
        } finally {
          left.push(text);
        }
      }
    });
    await using server = await serve(choice, handler, { logger });
    for (const text of ['late', 'bug']) {
      const client = await Peer.connect(server.address);
      client.socket.end(text);
      await until(() => left.includes(text));
    }
    await until(() => faults.length > 0);
    expect(faults).toMatchObject([{ err: { cause: { message: 'a bug' } } }]);
  });

  it('closes for what goes wrong with another connection', async () => {
    const codes: string[] = [];
    const connections: Connection[] = [];
    const handler = {
      ...iterableHandler(async (messages, connection) => {
        connections.push(connection);
        for await (const _ of messages) connections[0]!.send('to a connection that is gone');
      }),
      onError: (_c: unknown, error: { code: string }) => void codes.push(error.code),
    };
    await using server = await serve(choice, handler);
    const gone = await Peer.connect(server.address);
    gone.socket.end();
    await until(() => connections[0]?.closed === true);
    const client = await Peer.connect(server.address);
    client.socket.write('x');
    await until(() => client.ended);
    expect(codes).toEqual(['ERR_GEV_HANDLER']);
    client.socket.end();
  });
});

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** In pieces of many sizes. */
function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7) % 65_537) {
    yield bytes.subarray(at, at + size);
  }
}
