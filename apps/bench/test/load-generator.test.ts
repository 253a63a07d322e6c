import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  type ExchangeMode,
  HeldConnections,
  runConnects,
  runExchange,
} from '../src/load-generator.js';
import { whyNoNativePrograms } from '../src/native-programs.js';
import { PeerProcess } from '../src/peer-process.js';
import {
  BROADCAST_PEERS,
  commandOf,
  ECHO_PEERS,
  FRAMED_PEERS,
  type Peer,
  PROTOBUF_PEERS,
  WEBSOCKET_PEERS,
} from '../src/peers.js';

const missing = whyNoNativePrograms();
if (missing !== undefined) console.warn(`the load generator's tests are skipped: ${missing}`);

const asItIs = (command: readonly string[]) => command;
const SHORT = { connections: 10, warmup: 0.05, seconds: 0.3 };
const LATENCY = {
  p50: expect.any(Number),
  p99: expect.any(Number),
  p999: expect.any(Number),
  max: expect.any(Number),
};

/** Accepts the key that the load generator has, the example's of RFC 6455, section 1.3. */
const HANDSHAKE = [
  'HTTP/1.1 101 Switching Protocols',
  ...['Upgrade: websocket', 'Connection: Upgrade'],
  ...['Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=', '', ''],
].join('\r\n');

let server: Server | undefined;

/** Starts a server on this thread that answers each chunk as the test wants; returns its port. */
async function listen(onChunk: (socket: Socket, chunk: Buffer, all: Socket[]) => void) {
  const all: Socket[] = [];
  server = createServer({ noDelay: true }, (socket) => {
    all.push(socket);
    socket.on('data', (chunk) => onChunk(socket, chunk, all));
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

afterEach(() => {
  server?.close();
  server = undefined;
});

async function measure(mode: ExchangeMode, peer: Peer) {
  const command = commandOf(peer, 'speed');
  if ('reason' in command) throw new Error(command.reason);
  const child = await PeerProcess.start(command, peer.env);
  const { port, pid } = child;
  const depth = mode === 'echo' ? 1 : mode === 'broadcast' ? 3 : 128;
  const result = await runExchange(mode, { ...SHORT, port, pid, depth }, asItIs);
  await child.stop();
  return result;
}

const PEERS = {
  echo: ECHO_PEERS,
  framed: FRAMED_PEERS,
  protobuf: PROTOBUF_PEERS,
  websocket: WEBSOCKET_PEERS,
  broadcast: BROADCAST_PEERS,
};

function named(peers: readonly Peer[], name: string): Peer {
  const found = peers.find((peer) => peer.name === name);
  if (found === undefined) throw new Error(`no peer ${name}`);
  return found;
}

describe.skipIf(missing !== undefined)('load generator', () => {
  it.each([
    { mode: 'echo', name: 'c-epoll' },
    { mode: 'echo', name: 'node-net' },
    { mode: 'framed', name: 'c-epoll' },
    { mode: 'framed', name: 'node-net' },
    { mode: 'framed', name: 'node-net-writev' },
    { mode: 'framed', name: 'node-net-plain' },
    { mode: 'protobuf', name: 'gev-native' },
    { mode: 'protobuf', name: 'node-net' },
    { mode: 'protobuf', name: 'node-net-finish' },
    { mode: 'websocket', name: 'gev-native' },
    { mode: 'websocket', name: 'gev-node' },
    { mode: 'websocket', name: 'ws' },
    { mode: 'broadcast', name: 'gev-native' },
    { mode: 'broadcast', name: 'gev-node' },
    { mode: 'broadcast', name: 'ws' },
  ] as const)('$mode: measures $name', async ({ mode, name }) => {
    const peer = named(PEERS[mode], name);
    const result = await measure(mode, peer);
    expect(result).toMatchObject({ errors: 0, lost: 0, latency: LATENCY });
    expect(result.messages).toBeGreaterThan(0);
    // `seconds` is printed with four digits.
    expect((result.messagesPerSecond * result.seconds) / result.messages).toBeCloseTo(1, 2);
    expect(result.serverCpuSeconds).toBeGreaterThan(0);
    expect(result.serverCpuMicrosecondsPerMessage).toBeGreaterThan(0);
    expect(result.serverUserSeconds).toBeGreaterThanOrEqual(0);
    expect(result.serverSystemSeconds).toBeGreaterThanOrEqual(0);
    expect(result.loadCpuSeconds).toBeGreaterThan(0);
    const { p50, p99, p999, max } = result.latency;
    expect([p50, p99, p999, max]).toEqual([p50, p99, p999, max].sort((a, b) => a - b));
  });

  it('takes replies in pieces, and messages larger than a socket buffer', async () => {
    const port = await listen((socket, chunk) => {
      for (let at = 0; at < chunk.length; at += 20_000) {
        socket.write(chunk.subarray(at, at + 20_000));
      }
    });
    const options = { ...SHORT, connections: 2, size: 1_000_000 };
    const result = await runExchange('echo', { ...options, port }, asItIs);
    expect(result).toMatchObject({ errors: 0, lost: 0 });
    expect(result.messages).toBeGreaterThan(0);
  });

  it.each(['echo', 'framed', 'protobuf'] as const)('%s: counts a changed byte', async (mode) => {
    let chunks = 0;
    const port = await listen((socket, chunk) => {
      const reply = Buffer.from(chunk);
      if (chunks++ % 10 === 0) reply.writeUInt8(reply.readUInt8(reply.length - 1) ^ 1, 0);
      socket.write(reply);
    });
    const result = await runExchange(mode, { ...SHORT, port }, asItIs);
    expect(result.errors).toBeGreaterThan(0);
    expect(result.messages).toBeGreaterThan(result.errors);
  });

  it('counts a reply that belongs to another connection', async () => {
    const port = await listen((socket, chunk, all) => {
      all[(all.indexOf(socket) + 1) % all.length]?.write(chunk);
    });
    const result = await runExchange('echo', { ...SHORT, port }, asItIs);
    expect(result.errors).toBeGreaterThan(0);
  });

  it('counts a reply that is too long, and gives that connection up', async () => {
    const port = await listen((socket, chunk) => {
      socket.write(Buffer.concat([chunk, chunk]));
    });
    const result = await runExchange('echo', { ...SHORT, port }, asItIs);
    expect(result.errors).toBeGreaterThanOrEqual(SHORT.connections);
    expect(result.lost).toBe(SHORT.connections);
  });

  it('counts connections that the server drops, and those that get no reply', async () => {
    const port = await listen((socket, _chunk, all) => {
      if (all.indexOf(socket) < 4) socket.destroy();
    });
    const result = await runExchange('echo', { ...SHORT, port }, asItIs);
    expect(result).toMatchObject({ messages: 0, lost: 4, silent: SHORT.connections });
  });

  it('says why it cannot connect', async () => {
    const port = await listen(() => {});
    await new Promise((resolve) => server?.close(resolve));
    await expect(runExchange('echo', { ...SHORT, port }, asItIs)).rejects.toThrow(
      /exit code 1: load: connect: Connection refused/,
    );
  });

  it('connects: serves all, and counts who was not', async () => {
    const options = { connections: 200, concurrency: 20, seconds: 5 };
    const good = await listen((socket, chunk) => socket.write(chunk));
    const served = await runConnects({ ...options, port: good }, asItIs);
    expect(served).toMatchObject({ served: 200, lost: 0, errors: 0, latency: LATENCY });
    server?.close();
    const bad = await listen((socket, chunk, all) => {
      if (all.indexOf(socket) % 2 === 0) socket.write(chunk);
      else socket.destroy();
    });
    const half = await runConnects({ ...options, port: bad }, asItIs);
    expect(half).toMatchObject({ served: 100, lost: 100 });
  });

  it('holds idle connections and tells which were dropped', async () => {
    const sockets: Socket[] = [];
    const port = await listen(() => {});
    const accepted = new Promise<void>((resolve) => {
      server?.on('connection', (socket) => {
        if (sockets.push(socket) === 50) resolve();
      });
    });
    const held = await HeldConnections.open({ port, connections: 50 }, asItIs);
    await accepted;
    for (const socket of sockets.slice(0, 3)) socket.resetAndDestroy();
    expect(await held.release()).toBe(3);
  });
});

describe.skipIf(missing !== undefined)('load generator, websocket', () => {
  let webSockets: WebSocketServer | undefined;

  /** Starts a server that does with each message what the test wants; returns its port. */
  async function start(onMessage: (ws: WebSocket, message: Buffer, all: WebSocket[]) => void) {
    const all: WebSocket[] = [];
    const running = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    webSockets = running;
    running.on('connection', (ws) => {
      all.push(ws);
      ws.on('message', (data) => onMessage(ws, data as Buffer, all));
    });
    await new Promise((resolve) => running.on('listening', resolve));
    return (running.address() as AddressInfo).port;
  }

  it('holds idle WebSockets', async () => {
    const port = await start(() => {});
    const held = await HeldConnections.open({ port, connections: 20 }, asItIs, 'hold-websocket');
    expect(webSockets?.clients.size).toBe(20);
    expect(await held.release()).toBe(0);
  });

  function serve(reply: (message: Buffer, count: number) => Buffer) {
    let count = 0;
    return start((ws, message) => ws.send(reply(message, count++)));
  }

  afterEach(() => {
    for (const ws of webSockets?.clients ?? []) ws.terminate();
    webSockets?.close();
    webSockets = undefined;
  });

  // On both sides of the two sizes where the length takes more bytes.
  it.each([1, 125, 126, 65_535, 65_536])('exchanges messages of %i bytes', async (size) => {
    const sizes = new Set<number>();
    const port = await serve((message) => {
      sizes.add(message.length);
      return message;
    });
    const result = await runExchange('websocket', { ...SHORT, port, size, depth: 4 }, asItIs);
    expect(result).toMatchObject({ errors: 0, lost: 0, silent: 0 });
    expect(result.messages).toBeGreaterThan(0);
    expect([...sizes]).toEqual([size]);
  });

  it('masks each message with another key', async () => {
    const keys = new Set<string>();
    const masked = new Set<boolean>();
    server = createServer((socket) => {
      let head = true;
      socket.on('data', (chunk) => {
        if (head) {
          head = false;
          socket.write(HANDSHAKE);
          return;
        }
        masked.add((chunk.readUInt8(1) & 0x80) !== 0);
        keys.add(chunk.toString('hex', 2, 6));
        const text = chunk.subarray(6).map((byte, at) => byte ^ chunk.readUInt8(2 + (at % 4)));
        socket.write(Buffer.concat([Buffer.of(0x82, text.length), text]));
      });
      socket.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const result = await runExchange('websocket', { ...SHORT, port }, asItIs);
    expect(result).toMatchObject({ errors: 0, lost: 0, silent: 0 });
    expect([...masked]).toEqual([true]);
    expect(keys.size).toBe(64);
  });

  it.each([
    { what: 'first', at: 0 },
    { what: 'last', at: 63 },
  ])('counts a changed byte, the $what', async ({ at }) => {
    const port = await serve((message, count) => {
      if (count % 10 === 0) message.writeUInt8(message.readUInt8(at) ^ 1, at);
      return message;
    });
    const result = await runExchange('websocket', { ...SHORT, port }, asItIs);
    expect(result.errors).toBeGreaterThan(0);
    expect(result.messages).toBeGreaterThan(result.errors);
  });

  it('counts a reply that is too long, and gives that connection up', async () => {
    const port = await serve((message) => Buffer.concat([message, message]));
    const result = await runExchange('websocket', { ...SHORT, port }, asItIs);
    expect(result.errors).toBeGreaterThanOrEqual(SHORT.connections);
    expect(result.lost).toBe(SHORT.connections);
  });

  it('broadcast: one asks, and every delivery counts', async () => {
    const asking = new Set<WebSocket>();
    const port = await start((ws, message, all) => {
      asking.add(ws);
      for (const client of all) client.send(message);
    });
    const result = await runExchange('broadcast', { ...SHORT, port, size: 200, depth: 2 }, asItIs);
    expect(result).toMatchObject({ errors: 0, lost: 0, silent: 0, latency: LATENCY });
    expect(result.messages).toBeGreaterThan(SHORT.connections);
    expect(asking.size).toBe(1);
  });

  it('broadcast: counts a changed byte', async () => {
    let count = 0;
    const port = await start((_ws, message, all) => {
      const wrong = Buffer.from(message);
      wrong.writeUInt8(wrong.readUInt8(5) ^ 1, 5);
      for (const client of all) client.send(count++ % 25 === 0 ? wrong : message);
    });
    const result = await runExchange('broadcast', { ...SHORT, port }, asItIs);
    expect(result.errors).toBeGreaterThan(0);
    expect(result.messages).toBeGreaterThan(result.errors);
  });

  it('broadcast: counts who got nothing, a message twice, or was dropped', async () => {
    const deaf = await start((_ws, message, all) => {
      for (const client of all.slice(3)) client.send(message);
    });
    const silent = await runExchange('broadcast', { ...SHORT, port: deaf, warmup: 0 }, asItIs);
    expect(silent).toMatchObject({ errors: 0, lost: 0, silent: 3 });
    webSockets?.close();
    const twice = await start((_ws, message, all) => {
      for (const client of all.slice(0, 4)) client.send(Buffer.concat([message, message]));
      for (const client of all.slice(4, 6)) client.terminate();
    });
    const wrong = await runExchange('broadcast', { ...SHORT, port: twice }, asItIs);
    expect(wrong.errors).toBeGreaterThanOrEqual(4);
    expect(wrong.lost).toBe(6);
  });

  it.each([
    { what: 'refuses', answer: 'HTTP/1.1 426 Upgrade Required\r\n\r\n' },
    { what: 'has another key', answer: HANDSHAKE.replace('s3pP', 's3pQ') },
    { what: 'speaks unasked', answer: `${HANDSHAKE}\x82\x00` },
  ])('says so when the server $what', async ({ answer }) => {
    const port = await listen((socket) => socket.write(answer, 'latin1'));
    await expect(runExchange('websocket', { ...SHORT, port }, asItIs)).rejects.toThrow(
      /exit code 1: load: handshake: the server answers 'HTTP/,
    );
  });
});

describe('PeerProcess', () => {
  it('asks a server what memory it uses', async () => {
    const command = commandOf(named(ECHO_PEERS, 'node-net'), 'memory');
    if ('reason' in command) throw new Error(command.reason);
    const child = await PeerProcess.start(command);
    const number = expect.any(Number);
    const expected = {
      rss: number,
      heapUsed: number,
      external: number,
      arrayBuffers: number,
      nursery: number,
    };
    expect(await child.memory()).toEqual(expected);
    await child.stop();
  });
});
