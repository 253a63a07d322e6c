import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import Ws from 'ws';
import { accept, reject, type WebSocket } from '../src/index.js';
import { raw, shaken } from './raw-peer.js';
import { serve } from './serve.js';
import { closeOf, masked, readFrames, upgradeRequest } from './wire.js';

/** The code of what it throws; undefined when it does not. */
function codeOf(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

describe('a server', () => {
  it('takes a message of 64 MiB with the input cap of 1 MiB', async () => {
    const sizes: number[] = [];
    await using server = await serve({
      maxPayload: 64 * 1024 * 1024,
      onMessage: (_ws, data) => void sizes.push(data.length),
    });
    const ws = new Ws(server.url);
    await once(ws, 'open');
    ws.send(Buffer.alloc(64 * 1024 * 1024, 'x'));
    await expect.poll(() => sizes, { timeout: 20_000 }).toEqual([64 * 1024 * 1024]);
    ws.terminate();
  });

  it('ends what does not finish its handshake in time', async () => {
    await using server = await serve({ handshakeTimeout: 60 });
    const silent = await raw(server.url);
    const slow = await raw(server.url);
    slow.socket.write('GET / HTTP/1.1\r\nHost: a\r\n');
    await expect.poll(() => silent.ended && slow.ended).toBe(true);
    expect(slow.received.toString()).toMatch(/^HTTP\/1\.1 408 /);
    expect(silent.received).toHaveLength(0);
  });

  it('ends what asks no more without a word, as it may have asked just now', async () => {
    const request = () => ({ status: 200, body: 'ok' });
    await using server = await serve({ handshakeTimeout: 60, request });
    const peer = await raw(server.url);
    peer.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await expect.poll(() => peer.ended).toBe(true);
    expect(peer.received.toString()).toMatch(/^HTTP\/1\.1 200 [\s\S]*ok$/);
  });

  it('lets a long answer take its time, but only while it is read', async () => {
    // More than the kernel takes for both sides by itself.
    const body = Buffer.alloc(16 * 1024 * 1024, 'x');
    const limits = { maxOutputBuffer: 2 * body.length, highWatermark: body.length };
    await using server = await serve(
      { handshakeTimeout: 400, request: () => ({ status: 200, body }) },
      { ...limits, closeTimeout: 60 },
    );
    const [slow, stuck] = [await raw(server.url), await raw(server.url)];
    for (const { socket } of [slow, stuck]) {
      socket.removeAllListeners('data').pause();
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    }
    slow.socket.on('data', () => {
      slow.socket.pause();
      setTimeout(() => slow.socket.resume(), 6);
    });
    const start = performance.now();
    slow.socket.resume();
    await expect
      .poll(() => slow.socket.bytesRead, { timeout: 15_000 })
      .toBeGreaterThan(body.length);
    expect(performance.now() - start).toBeGreaterThan(500);
    await expect.poll(() => server.connections).toBe(0);
  });

  it('answers with 503 where its own hook takes too long, or the server stops first', async () => {
    const errors: unknown[] = [];
    const fail: ((why: Error) => void)[] = [];
    const upgrade = () => new Promise<never>((_resolve, reject) => void fail.push(reject));
    for (const handshakeTimeout of [60, 0]) {
      const server = await serve({
        handshakeTimeout,
        upgrade,
        onError: (_ws, error) => void errors.push(error.cause),
      });
      const peer = await raw(server.url);
      peer.socket.write(upgradeRequest());
      await expect.poll(() => fail).toHaveLength(1);
      if (handshakeTimeout === 0) await server.close();
      await expect.poll(() => peer.ended).toBe(true);
      expect(peer.received.toString()).toMatch(/^HTTP\/1\.1 503 /);
      await server.close();
      fail.pop()!(new Error('too late'));
    }
    await expect.poll(() => errors).toEqual([new Error('too late'), new Error('too late')]);
  });

  it('bounds what comes while upgrade makes up its mind, and goes on in order', async () => {
    let decide: (() => void) | undefined;
    const got: number[] = [];
    await using server = await serve(
      {
        upgrade: async () => {
          await new Promise<void>((resolve) => {
            decide = resolve;
          });
          return accept();
        },
        onMessage: (_ws, data) => void got.push(data.length),
      },
      { maxInputBuffer: 100_000 },
    );
    const peer = await raw(server.url);
    peer.socket.write(upgradeRequest());
    const frame = masked(2, Buffer.alloc(50_000));
    for (let count = 0; count < 200; count += 1) peer.socket.write(frame);
    await expect.poll(() => decide).toBeDefined();
    // 10 MB wait, nearly all of them with the kernel and the client.
    await expect.poll(() => peer.socket.writableLength).toBeGreaterThan(0);
    expect(got).toEqual([]);
    decide!();
    await expect.poll(() => got.length).toBe(200);
  });

  it('answers no faster than is read: many requests at once, with long answers', async () => {
    let asked = 0;
    const body = 'x'.repeat(256 * 1024);
    await using server = await serve({
      request: () => {
        asked += 1;
        return { status: 200, body };
      },
    });
    const peer = await raw(server.url);
    // To keep so much would take longer than to send it.
    peer.socket.removeAllListeners('data').pause();
    peer.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(200));
    await expect.poll(() => asked).toBeGreaterThan(0);
    // All 200 lay in the first read: 50 MiB of answers, where 1 MiB may wait beside the kernel's.
    expect(asked).toBeLessThan(100);
    peer.socket.resume();
    await expect.poll(() => peer.socket.bytesRead).toBeGreaterThan(200 * body.length);
    expect(asked).toBe(200);
    expect(peer.ended).toBe(false);
  });

  it('rejects later, also a client that has much to say', async () => {
    await using server = await serve({ upgrade: async () => reject(403, {}, 'no') });
    const peer = await raw(server.url);
    peer.socket.write(upgradeRequest());
    await expect.poll(() => peer.ended).toBe(true);
    expect(peer.received.toString()).toMatch(/^HTTP\/1\.1 403 [\s\S]*no$/);
  });

  it('tells a hook that fails to onError, and goes on', async () => {
    const codes: string[] = [];
    await using server = await serve({
      upgrade: async ({ path }) => {
        if (path === '/bad') throw new Error('no database');
        return accept();
      },
      onError: (_ws, error) => void codes.push(error.code),
    });
    const peer = await raw(server.url);
    peer.socket.write(upgradeRequest([], '/bad'));
    await expect.poll(() => peer.ended).toBe(true);
    expect(peer.received.toString()).toMatch(/^HTTP\/1\.1 500 /);
    expect(codes).toEqual(['ERR_GEV_HANDLER']);
    await shaken(server.url);
  });

  it('tells a violating peer by a close frame, then ends in order', async () => {
    const said: unknown[] = [];
    await using server = await serve({
      onMessage: (_ws, data) => data,
      onError: (_ws, error) => void said.push(error.code),
      onClose: (_ws, ...how) => void said.push(how),
    });
    const peer = await shaken(server.url);
    peer.socket.write(
      Buffer.concat([masked(1, 'a'), Buffer.from('810178', 'hex'), masked(1, 'b')]),
    );
    await expect.poll(() => peer.ended).toBe(true);
    const frames = readFrames(peer.received);
    expect(frames.map(({ opcode }) => opcode)).toEqual([1, 8]);
    expect(closeOf(frames[1]!)[0]).toBe(1002);
    const why = 'the peer sent a frame that is not masked';
    await expect.poll(() => said).toEqual(['ERR_GEV_PROTOCOL', [1002, why, false]]);
  });

  it('a callback that throws closes its own connection with 1011', async () => {
    const said: unknown[] = [];
    await using server = await serve({
      onMessage: (_ws, data) => {
        if (data === 'bad') throw new Error('no');
        return data;
      },
      onError: (_ws, error) => void said.push(error.code),
      onClose: (_ws, ...how) => void said.push(how),
    });
    const other = await shaken(server.url);
    const peer = await shaken(server.url);
    peer.socket.write(masked(1, 'bad'));
    await expect.poll(() => peer.ended).toBe(true);
    expect(closeOf(readFrames(peer.received)[0]!)).toEqual([1011, '']);
    await expect.poll(() => said).toEqual(['ERR_GEV_HANDLER', [1011, '', false]]);
    other.socket.write(masked(1, 'good'));
    await expect.poll(() => other.received.length).toBe(6);
  });

  it('closes with 1011 for an onDrain that throws, too', async () => {
    const said: unknown[] = [];
    await using server = await serve({
      onOpen: (ws) => {
        while (ws.send(Buffer.alloc(256 * 1024)));
      },
      onDrain: () => {
        throw new Error('no');
      },
      onClose: (_ws, ...how) => void said.push(how),
      onError: (_ws, error) => void said.push(error.code),
    });
    const ws = new Ws(server.url);
    const [code] = await once(ws, 'close');
    expect(code).toBe(1011);
    await expect.poll(() => said).toEqual(['ERR_GEV_HANDLER', [1011, '', false]]);
  });

  it('waits for the answer to its close frame, but not for ever', async () => {
    const closes: unknown[] = [];
    await using server = await serve({
      closeTimeout: 60,
      onOpen: (ws) => ws.close(1001, 'moving'),
      onClose: (_ws, ...how) => void closes.push(how),
    });
    const peer = await shaken(server.url, true);
    await expect.poll(() => closes).toEqual([[1006, '', false]]);
    expect(closeOf(readFrames(peer.received)[0]!)).toEqual([1001, 'moving']);
  });

  it('is not open while the connection beneath ends, and drops what is sent then', async () => {
    const sockets: WebSocket<string>[] = [];
    const late: unknown[] = [];
    const states: number[] = [];
    await using server = await serve<string>({
      upgrade: ({ path }) => accept({ data: path }),
      onOpen: (ws) => void sockets.push(ws),
      onClose: (ws) => void states.push(ws.readyState),
    });
    // One ends without a close frame while much is unsent, the others are ended from here.
    const ended = await raw(server.url, true);
    ended.socket.write(upgradeRequest([], '/ended'));
    await expect.poll(() => sockets.length).toBe(1);
    ended.socket.pause();
    while (sockets[0]!.bufferedAmount === 0) {
      sockets[0]!.send(Buffer.alloc(256 * 1024));
      await new Promise(setImmediate);
    }
    ended.socket.end();
    await expect.poll(() => sockets[0]!.readyState).toBe(2);
    for (const path of ['/closed', '/shut', '/terminated']) {
      (await raw(server.url, true)).socket.write(upgradeRequest([], path));
      await expect.poll(() => sockets.at(-1)!.data).toBe(path);
    }
    sockets[1]!.connection.close();
    sockets[2]!.connection.shutdownWrite();
    sockets[3]!.terminate();
    for (const ws of sockets) {
      expect(ws.readyState).toBe(2);
      const before = ws.bufferedAmount;
      expect(ws.send('late', { onFlushed: (error) => late.push(error?.code) })).toBe(false);
      expect(ws.subscribe('news')).toBe(false);
      ws.ping();
      ws.close();
      expect(ws.bufferedAmount).toBe(before);
    }
    expect(late).toEqual([]);
    await expect.poll(() => late).toEqual(Array(4).fill('ERR_GEV_CLOSED'));
    for (const ws of sockets) ws.terminate();
    await expect.poll(() => states.length).toBe(4);
    expect(states).toEqual([3, 3, 3, 3]);
  });

  it('tells its clients with 1001 when it stops', async () => {
    const closes: unknown[] = [];
    const server = await serve({ onClose: (_ws, ...how) => void closes.push(how) });
    const ws = new Ws(server.url);
    await once(ws, 'open');
    const unfinished = await raw(server.url);
    unfinished.socket.write('GET / HTTP/1.1\r\n');
    const closed = once(ws, 'close');
    await server.close();
    expect((await closed)[0]).toBe(1001);
    expect(closes).toEqual([[1001, '', false]]);
    expect(unfinished.received.length).toBe(0);
  });

  it('pings the silent, keeps those who answer, and ends those who do not', async () => {
    const closes: unknown[] = [];
    await using server = await serve({
      heartbeat: { interval: 40, timeout: 40 },
      upgrade: ({ path }) => accept({ data: path }),
      onClose: (ws, ...how) => void closes.push([ws.data, ...how]),
    });
    const dead = await raw(server.url);
    dead.socket.write(upgradeRequest([], '/dead'));
    const alive = new Ws(`${server.url}/alive`);
    let pings = 0;
    alive.on('ping', () => {
      pings += 1;
    });
    await once(alive, 'open');
    await expect.poll(() => closes).toEqual([['/dead', 1006, '', false]]);
    await expect.poll(() => pings).toBeGreaterThan(3);
    expect(alive.readyState).toBe(Ws.OPEN);
    expect(dead.received.includes(Buffer.from([0x89, 0]))).toBe(true);
    alive.terminate();
  });

  it.each(['pause', 'terminate', 'close'] as const)(
    'heeds %s in onOpen also for what came right behind the handshake',
    async (how) => {
      const said: unknown[] = [];
      let socket: WebSocket | undefined;
      await using server = await serve({
        onOpen: (ws) => {
          socket = ws;
          if (how === 'pause') ws.connection.pause();
          else ws[how]();
        },
        onMessage: (_ws, data) => void said.push(data),
        onClose: (_ws, code) => void said.push(code),
      });
      const peer = await raw(server.url);
      const request = Buffer.from(upgradeRequest());
      peer.socket.write(Buffer.concat([request, masked(1, 'a'), masked(1, 'b'), masked(8)]));
      await expect.poll(() => socket).toBeDefined();
      if (how === 'pause') {
        expect(said).toEqual([]);
        socket!.connection.resume();
      }
      const all = { pause: ['a', 'b', 1005], terminate: [1006], close: [1005] }[how];
      await expect.poll(() => said).toEqual(all);
    },
  );

  it('sends nothing of what is no message, and goes on', async () => {
    const codes = new Set<unknown>();
    const wrong = [new ArrayBuffer(3), 5, null, new Float64Array(2), {}] as unknown as Uint8Array[];
    await using server = await serve({
      onOpen: (ws) => {
        const ways = wrong.flatMap((message) => [
          () => ws.send(message),
          () => ws.send(message, { compress: false }),
          () => ws.ping(message),
          () => ws.publish('topic', message),
        ]);
        for (const send of ways) codes.add(codeOf(send));
        ws.send(new Uint8Array([7]));
      },
    });
    const peer = await shaken(server.url);
    await expect.poll(() => peer.received.toString('hex')).toBe('820107');
    expect([...codes]).toEqual(['ERR_GEV_HANDLER', 'ERR_GEV_INVALID_OPTION']);
  });

  it('closes with 1011 for an onFlushed that throws', async () => {
    const told: unknown[] = [];
    const fail = () => {
      throw new Error('boom');
    };
    await using server = await serve({
      onOpen: (ws) => void ws.send('x', { onFlushed: fail }),
      onError: (_ws, { code }) => void told.push(code),
      onClose: (_ws, code) => void told.push(code),
    });
    const client = new Ws(server.url);
    const [code] = await once(client, 'close');
    expect(code).toBe(1011);
    await expect.poll(() => told).toEqual(['ERR_GEV_HANDLER', 1011]);
  });

  it('hears the answer to its close frame where reading was paused', async () => {
    const ends: unknown[] = [];
    const heard: unknown[] = [];
    await using server = await serve({
      onMessage(ws, data) {
        heard.push(data);
        ws.connection.pause();
        setTimeout(() => ws.close(4000, 'enough'), 20);
      },
      onClose: (_ws, ...how) => void ends.push(how),
    });
    const client = new Ws(server.url);
    await once(client, 'open');
    client.send('one');
    client.send('two');
    await expect.poll(() => ends).toEqual([[4000, 'enough', true]]);
    expect(heard).toEqual(['one']);
  });

  it('blames no peer for what is not read here: a heartbeat while reading pauses', async () => {
    const closes: unknown[] = [];
    await using server = await serve({
      heartbeat: { interval: 30, timeout: 30 },
      onOpen: (ws) => {
        ws.connection.pause();
        setTimeout(() => ws.connection.resume(), 400);
      },
      onMessage: (_ws, data) => data,
      onClose: (_ws, ...how) => void closes.push(how),
    });
    const ws = new Ws(server.url);
    await once(ws, 'open');
    ws.send('hello');
    expect(String((await once(ws, 'message'))[0])).toBe('hello');
    expect(closes).toEqual([]);
    ws.terminate();
  });

  it('ends nobody by heartbeat who reads more slowly than is sent', async () => {
    const closes: unknown[] = [];
    let socket: WebSocket | undefined;
    const options = {
      heartbeat: { interval: 100, timeout: 100 },
      onOpen: (ws: WebSocket) => {
        socket = ws;
      },
      onClose: (_ws: WebSocket, ...how: unknown[]) => void closes.push(how),
    };
    await using server = await serve(options, { sendBufferSize: 65_536 });
    const peer = await shaken(server.url);
    peer.socket.removeAllListeners('data').pause();
    const piece = new Uint8Array(65_536);
    for (let sent = 0; sent < 64; sent += 1) socket!.send(piece);
    const { bufferedAmount } = socket!;
    for (let round = 0; round < 60; round += 1) {
      peer.socket.read(65_536);
      for (let sent = 0; sent < 2; sent += 1) socket!.send(piece);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(socket!.bufferedAmount).toBeGreaterThan(bufferedAmount);
    expect([socket!.connection.paused, closes]).toEqual([true, []]);
    peer.socket.destroy();
  });

  it('ends by heartbeat who takes nothing, also where reading pauses for that', async () => {
    const closes: unknown[] = [];
    await using server = await serve({
      heartbeat: { interval: 60, timeout: 60 },
      onOpen: (ws) => {
        while (ws.send(Buffer.alloc(256 * 1024)));
      },
      onClose: (_ws, ...how) => void closes.push(how),
    });
    const peer = await raw(server.url);
    peer.socket.pause();
    peer.socket.write(upgradeRequest());
    await expect.poll(() => closes).toEqual([[1006, '', false]]);
  });

  it('holds a fast sender back when it answers more than is read, and tells onDrain', async () => {
    let drains = 0;
    let refused = 0;
    let socket: WebSocket | undefined;
    await using server = await serve({
      onOpen: (ws) => {
        socket = ws;
      },
      onDrain: () => {
        drains += 1;
      },
    });
    const peer = await shaken(server.url);
    peer.socket.pause();
    const chunk = Buffer.alloc(256 * 1024);
    while (refused === 0) if (!socket!.send(chunk)) refused += 1;
    expect(socket!.bufferedAmount).toBeGreaterThan(1024 * 1024);
    peer.socket.resume();
    await expect.poll(() => drains).toBe(1);
    const flushed = await new Promise((resolve) => socket!.send('x', { onFlushed: resolve }));
    expect(flushed).toBeUndefined();
  });
});
