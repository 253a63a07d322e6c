import { once } from 'node:events';
import { type AddressInfo, createServer, type Server as NetServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BatchOptions, CloseReason, Connection } from '@gev/core';
import { afterEach, describe, expect, it } from 'vitest';
import { Client } from '../src/index.js';
import { until } from './client.js';
import { frames } from './fixtures/frames.mjs';
import { pollers } from './pollers.js';
import { serve } from './serve.js';
import { stall } from './stall.js';

/** Servers of node:net, which nobody here wrote. */
class NetPeer {
  readonly sockets: Socket[] = [];
  private constructor(readonly server: NetServer) {
    server.on('connection', (socket) => {
      this.sockets.push(socket);
      socket.on('error', () => {});
    });
  }

  static async echo(port = 0): Promise<NetPeer> {
    const server = createServer((socket) => socket.pipe(socket));
    const peer = new NetPeer(server.listen(port, '127.0.0.1'));
    await once(server, 'listening');
    return peer;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get address(): string {
    return `tcp://127.0.0.1:${this.port}`;
  }

  stop(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}

/** A handler that notes everything. */
function noting() {
  const notes = {
    opened: [] as Connection[],
    received: '',
    reasons: [] as CloseReason[],
    codes: [] as string[],
  };
  const handler = {
    onConnect: (c: Connection) => void notes.opened.push(c),
    onMessage: (_c: Connection, data: Uint8Array) => {
      notes.received += Buffer.from(data).toString();
    },
    onClose: (_c: Connection, reason: CloseReason) => void notes.reasons.push(reason),
    onError: (_c: Connection, error: { code: string }) => void notes.codes.push(error.code),
  };
  return { notes, handler };
}

const quick = { minDelay: 5, maxDelay: 20 };

describe.each(pollers)('outbound connections on $name', (choice) => {
  const open: { stop?(): void; close?(): unknown }[] = [];
  const keep = <Thing extends object>(thing: Thing): Thing => {
    open.push(thing);
    return thing;
  };
  const makeClient = () => keep(Client.on(choice));
  afterEach(async () => {
    for (const { stop, close } of open.splice(0).map(bound)) {
      stop?.();
      await close?.();
    }
  });

  it('stand when connect resolves, after onConnect', async () => {
    const peer = keep(await NetPeer.echo());
    const { notes, handler } = noting();
    const connection = await makeClient().connect(peer.address, { handler });
    expect(notes.opened).toEqual([connection]);
    expect(connection.remoteAddress).toEqual({
      transport: 'tcp',
      host: '127.0.0.1',
      port: peer.port,
    });
    connection.send('hello');
    await until(() => notes.received === 'hello');
    expect(peer.sockets[0]!.remotePort).toBe((connection.localAddress as { port: number }).port);
    connection.close();
    await until(() => notes.reasons.length === 1);
    expect(notes.reasons).toEqual(['local-closed']);
  });

  it('speak the same protocols as servers, with the types of the protocol', async () => {
    await using server = await serve(
      choice,
      { onMessage: (_c, text: string) => `${text}!` },
      {
        protocol: frames,
      },
    );
    const replies: string[] = [];
    const connection = await makeClient().connect(server.address, {
      protocol: frames,
      context: () => ({ sent: 0 }),
      handler: {
        onMessage(c, text) {
          replies.push(text);
          c.context.sent += 1;
        },
      },
    });
    connection.send('one');
    connection.sendAll(['two', '']);
    await until(() => replies.length === 3);
    expect(replies).toEqual(['one!', 'two!', '!']);
    expect(connection.context).toEqual({ sent: 3 });
  });

  it('go to unix sockets', async () => {
    const path = join(tmpdir(), `gev-outbound-${process.pid}-${choice.name}.sock`);
    await using server = await serve(
      choice,
      { onMessage: (_c, data) => data },
      {
        address: `unix://${path}`,
      },
    );
    const { notes, handler } = noting();
    const connection = await makeClient().connect(server.address, { handler });
    connection.send('unix');
    await until(() => notes.received === 'unix');
  });

  it('may be many at once', async () => {
    const peer = keep(await NetPeer.echo());
    const { notes, handler } = noting();
    const client = makeClient();
    const all = await Promise.all(
      Array.from({ length: 1000 }, () => client.connect(peer.address, { handler })),
    );
    expect(new Set(all.map(({ id }) => id)).size).toBe(1000);
    expect(client.connections).toBe(1000);
    for (const connection of all) connection.send('x');
    await until(() => notes.received.length === 1000);
    await client.close();
    expect(notes.reasons).toHaveLength(1000);
    expect(client.connections).toBe(0);
  });

  it('tell what failed, where and after how many attempts', async () => {
    const peer = await NetPeer.echo();
    const { address } = peer;
    peer.stop();
    const { notes, handler } = noting();
    const failed = makeClient().connect(address, { handler, retry: { retries: 2, ...quick } });
    await expect(failed).rejects.toMatchObject({
      code: 'ERR_GEV_CONNECT',
      message: expect.stringMatching(new RegExp(`${address} in 3 attempts.*ECONNREFUSED`)),
      cause: { cause: { errno: 'ECONNREFUSED', syscall: 'connect' } },
    });
    expect(notes).toMatchObject({ opened: [], reasons: [] });
  });

  it('are tried again until the server is there', async () => {
    const first = await NetPeer.echo();
    const { port, address } = first;
    first.stop();
    const { notes, handler } = noting();
    const connecting = makeClient().connect(address, {
      handler,
      retry: { retries: 1000, ...quick },
    });
    const peer = keep(await NetPeer.echo(port));
    (await connecting).send('late');
    await until(() => notes.received === 'late');
    expect(peer.sockets).toHaveLength(1);
  });

  it('give up an attempt after its time-out', async () => {
    const full = await fullListener();
    keep({ stop: full.stop });
    const { handler } = noting();
    const started = performance.now();
    const failed = makeClient().connect(full.address, { handler, timeout: 100 });
    await expect(failed).rejects.toMatchObject({
      code: 'ERR_GEV_CONNECT',
      cause: { code: 'ERR_GEV_CONNECT_TIMEOUT' },
    });
    expect(performance.now() - started).toBeGreaterThanOrEqual(99);
  });

  it('stand where the answer came while the thread was stalled for longer than the time-out', async () => {
    const peer = keep(await NetPeer.echo());
    const create = (options: BatchOptions) => {
      const poller = choice.create(options);
      const connect = poller.connect.bind(poller);
      poller.connect = (...how) => {
        queueMicrotask(() => stall(500));
        return connect(...how);
      };
      return poller;
    };
    const client = keep(Client.on({ ...choice, create }));
    const { notes, handler } = noting();
    // From here timers come before sockets.
    await new Promise((resolve) => setImmediate(resolve));
    await client.connect(peer.address, { handler, timeout: 200 });
    expect(notes.opened).toHaveLength(1);
  });

  it('end with their signal: before, while trying, and when they stand', async () => {
    const peer = keep(await NetPeer.echo());
    const { notes, handler } = noting();
    const client = makeClient();
    const reason = new Error('no longer wanted');
    const aborted = { code: 'ERR_GEV_ABORTED', cause: reason };
    const before = AbortSignal.abort(reason);
    await expect(client.connect(peer.address, { handler, signal: before })).rejects.toMatchObject(
      aborted,
    );
    const trying = new AbortController();
    const gone = await NetPeer.echo();
    gone.stop();
    const attempts = client.connect(`tcp://127.0.0.1:${1}`, {
      handler,
      signal: trying.signal,
      retry: { retries: 1000, minDelay: 10_000 },
    });
    setTimeout(() => trying.abort(reason), 20);
    await expect(attempts).rejects.toMatchObject(aborted);
    const standing = new AbortController();
    await client.connect(peer.address, { handler, signal: standing.signal, reconnect: true });
    standing.abort(reason);
    await until(() => notes.reasons.length === 1);
    expect(notes.reasons).toEqual(['local-destroyed']);
  });

  it('connect again when they are reset, until they are closed here', async () => {
    const peer = keep(await NetPeer.echo());
    const { notes, handler } = noting();
    await makeClient().connect(peer.address, { handler, reconnect: quick });
    await until(() => peer.sockets.length === 1);
    peer.sockets[0]!.resetAndDestroy();
    await until(() => notes.opened.length === 2);
    peer.sockets.at(-1)!.end();
    await until(() => notes.opened.length === 3);
    const ids = notes.opened.map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    notes.opened[2]!.send('third');
    await until(() => notes.received === 'third');
    notes.opened[2]!.close();
    await until(() => notes.reasons.length === 3);
    expect(notes.reasons).toEqual(['peer-reset', 'peer-closed', 'local-closed']);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(notes.opened).toHaveLength(3);
  });

  it('come back ever more slowly to a peer that takes and drops them', async () => {
    const peer = keep(await NetPeer.echo());
    const times: number[] = [];
    peer.server.on('connection', (socket) => {
      times.push(performance.now());
      socket.destroy();
    });
    const { handler } = noting();
    await makeClient().connect(peer.address, {
      handler,
      reconnect: { minDelay: 10, maxDelay: 10_000, jitter: 0 },
    });
    await until(() => times.length >= 5);
    const waits = times.slice(1).map((time, index) => time - times[index]!);
    // A timer may be early by the rounding of the clock, no more.
    for (const [index, wait] of waits.entries()) expect(wait).toBeGreaterThan(9 * 2 ** index);
  });

  it('are refused and destroyed when their own onConnect aborts them', async () => {
    const peer = keep(await NetPeer.echo());
    const { notes, handler } = noting();
    const controller = new AbortController();
    const connecting = makeClient().connect(peer.address, {
      handler: { ...handler, onConnect: () => controller.abort('changed my mind') },
      signal: controller.signal,
    });
    await expect(connecting).rejects.toMatchObject({ code: 'ERR_GEV_ABORTED' });
    await until(() => notes.reasons.length === 1);
    expect(notes.reasons).toEqual(['local-destroyed']);
  });

  it('close in order with their client, which tries no more', async () => {
    const peer = keep(await NetPeer.echo());
    const client = Client.on(choice);
    const { notes, handler } = noting();
    const connection = await client.connect(peer.address, { handler });
    const big = Buffer.alloc(3_000_000, 'x');
    let arrived = 0;
    peer.sockets[0]!.unpipe();
    peer.sockets[0]!.on('data', (bytes: Buffer) => {
      arrived += bytes.length;
    });
    peer.sockets[0]!.resume();
    connection.send(big);
    const waiting = client.connect('tcp://127.0.0.1:1', {
      handler,
      retry: { retries: 1000, minDelay: 10_000 },
    });
    const refused = waiting.catch((error: unknown) => error);
    await client.close();
    expect(await refused).toMatchObject({ code: 'ERR_GEV_CLOSED' });
    await until(() => arrived === big.length);
    expect(notes.reasons).toEqual(['local-closed']);
    await expect(client.connect(peer.address, { handler })).rejects.toMatchObject({
      code: 'ERR_GEV_CLOSED',
    });
  });

  it('are tried no more from the moment of close, whose deadline a second one moves nearer', async () => {
    const peer = keep(await NetPeer.echo());
    const client = Client.on(choice);
    const { notes, handler } = noting();
    await client.connect(peer.address, { handler });
    await until(() => peer.sockets.length === 1);
    // Never ends its side, so the connection waits for the deadline.
    peer.sockets[0]!.allowHalfOpen = true;
    peer.sockets[0]!.unpipe().resume();
    const waiting = client.connect('tcp://127.0.0.1:1', {
      handler,
      retry: { retries: 1000, ...quick },
    });
    const refused = waiting.catch((error: unknown) => error);
    const started = performance.now();
    const closing = client.close({ timeout: 60_000 });
    expect(await refused).toMatchObject({ code: 'ERR_GEV_CLOSED' });
    expect(client.connections).toBe(1);
    await client.close({ timeout: 50 });
    await closing;
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(notes.reasons).toEqual(['local-destroyed']);
  });

  it.each([
    [{ hadler: {} }, /'hadler'.*'handler'/],
    [{ timeout: 0 }, /timeout is 0/],
    [{ retry: -1 }, /retry.retries is -1/],
    [{ retry: { tries: 5 } }, /'tries'/],
    [{ reconnect: { jitter: 2 } }, /reconnect.jitter is 2/],
    [{ reconnect: { minDelay: 50, maxDelay: 10 } }, /maxDelay is 10/],
    [{ handler: {} }, /onMessage/],
    [{ noDelay: 'yes' }, /noDelay is 'yes'/],
    [{ signal: {} }, /signal/],
    [{ retry: { factor: Object.create(null) } }, /retry.factor is .*null prototype/],
    [{ retry: { jitter: '0.5' } }, /retry.jitter is '0.5'/],
    [{ timeout: Object.create(null) }, /timeout is .*null prototype/],
  ])('refuse %o', async (options, message) => {
    const wrong = { handler: noting().handler, ...options };
    const connecting = makeClient().connect('tcp://127.0.0.1:1', wrong as never);
    await expect(connecting).rejects.toMatchObject({ code: 'ERR_GEV_INVALID_OPTION' });
    await expect(makeClient().connect('tcp://127.0.0.1:1', wrong as never)).rejects.toThrow(
      message,
    );
  });
});

function bound(thing: { stop?(): void; close?(): unknown }) {
  return {
    ...(thing.stop && { stop: () => thing.stop?.() }),
    ...(thing.close && { close: () => thing.close?.() }),
  };
}

/** A listener whose backlog is full: further clients get no answer. */
async function fullListener(): Promise<{ address: string; stop(): void }> {
  const { spawn } = await import('node:child_process');
  const program =
    'import socket,sys\n' +
    's=socket.socket();s.bind(("127.0.0.1",0));s.listen(0)\n' +
    'held=[]\n' +
    'for i in range(4):\n' +
    ' c=socket.socket();c.setblocking(False);c.connect_ex(s.getsockname());held.append(c)\n' +
    'print(s.getsockname()[1],flush=True);sys.stdin.read()\n';
  const child = spawn('python3', ['-c', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  return { address: `tcp://127.0.0.1:${String(line).trim()}`, stop: () => void child.kill() };
}
