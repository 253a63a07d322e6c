import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { EventKind, OrderKind } from '@gev/core';
import { afterEach, describe, expect, it } from 'vitest';
import { runProgram } from './child.js';
import { flavours } from './flavours.js';
import { anyPort, Loop, until } from './loop.js';

const loops: Loop[] = [];
const servers: Server[] = [];

afterEach(() => {
  for (const loop of loops.splice(0)) loop.poller.stop();
  for (const server of servers.splice(0)) server.close();
});

const unixAddress = () =>
  ({ transport: 'unix', path: join(tmpdir(), `gev-${randomUUID()}.sock`) }) as const;

describe.each(flavours)('sockets: $title', (flavour) => {
  const open = (options = {}) => {
    const loop = new Loop({ ...flavour.options, ...options });
    loops.push(loop);
    return loop;
  };

  it('remember the peer after a reset', async () => {
    const loop = open();
    const socket = connect(await loop.listen());
    await once(socket, 'connect');
    const handle = await loop.handleOf(EventKind.accepted);
    loop.order(OrderKind.pause, handle);
    loop.flush();
    const { localPort } = socket;
    socket.resetAndDestroy();
    for (let count = 0; count < 20; count += 1) await turn();
    const { remoteAddress } = loop.poller;
    const gone = loop.find(EventKind.closed).length > 0;
    expect(remoteAddress.call(loop.poller, handle)).toEqual(
      gone ? undefined : { ...anyPort, port: localPort },
    );
  });

  it('take IPv6 literals', async () => {
    const loop = open();
    loop.echo = true;
    const { port, host } = await loop.listen({ transport: 'tcp', host: '::1', port: 0 });
    expect(host).toBe('::1');
    const handle = loop.poller.connect({ transport: 'tcp', host: '::1', port });
    await until(() => loop.find(EventKind.connected).length === 1);
    expect(loop.poller.remoteAddress(handle)).toEqual({ transport: 'tcp', host: '::1', port });
  });

  const scoped = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses
      .filter(({ family, scopeid }) => family === 'IPv6' && scopeid !== 0)
      .map(({ address }) => `${address}%${name}`),
  );
  it.skipIf(scoped.length === 0)('take IPv6 literals with a zone', async () => {
    const address = { transport: 'tcp', host: scoped[0]!, port: 0 } as const;
    expect((await open().poller.listen(address)).address).toMatchObject({ host: scoped[0] });
  });

  it('leave IPv4 alone only when told to', async () => {
    const loop = open();
    const both = await loop.listen({ transport: 'tcp', host: '::', port: 0 });
    await once(connect(both.port, '127.0.0.1'), 'connect');
    const handle = await loop.handleOf(EventKind.accepted);
    expect(loop.poller.remoteAddress(handle)).toMatchObject({ host: '::ffff:127.0.0.1' });
    const { address } = await loop.poller.listen(
      { transport: 'tcp', host: '::', port: 0 },
      { ipv6Only: true },
    );
    if (address.transport !== 'tcp') throw new Error('not TCP');
    const [error] = await once(connect(address.port, '127.0.0.1'), 'error').catch((e) => [e]);
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('take every socket option', async () => {
    const loop = open();
    const options = {
      noDelay: false,
      keepAlive: 1500,
      sendBufferSize: 65_536,
      receiveBufferSize: 65_536,
      backlog: 5,
    };
    const { address } = await loop.poller.listen(anyPort, options);
    const { backlog, ...own } = options;
    loop.poller.connect(address, own);
    await until(() => loop.find(EventKind.connected).length === 1);
  });

  it('take over a path that nobody listens on any more', async () => {
    const address = unixAddress();
    // The program leaves by process.exit, which unlinks nothing.
    const env = { GEV_PATH: address.path };
    expect(await runProgram('leave-path', flavour, { env })).toMatchObject({ code: 0, errors: '' });
    expect(existsSync(address.path)).toBe(true);
    const loop = open();
    const { handle } = await loop.poller.listen(address);
    await expect(open().poller.listen(address)).rejects.toMatchObject({
      code: 'ERR_GEV_ADDRESS_IN_USE',
    });
    loop.order(OrderKind.close, handle);
    loop.flush();
    expect(existsSync(address.path)).toBe(false);
  });

  it('leave a path alone that is no socket', async () => {
    const path = new URL(import.meta.url).pathname;
    await expect(open().poller.listen({ transport: 'unix', path })).rejects.toMatchObject({
      code: 'ERR_GEV_ADDRESS_IN_USE',
    });
    expect(existsSync(path)).toBe(true);
  });

  it('tell of a refusal that is known at once in a later batch', async () => {
    const loop = open();
    const address = unixAddress();
    const handles = Array.from({ length: 40 }, () => loop.poller.connect(address));
    expect(loop.rows).toEqual([]);
    await until(() => loop.find(EventKind.closed).length === handles.length);
    expect(
      loop
        .find(EventKind.closed)
        .map(({ handle }) => handle)
        .sort(),
    ).toEqual(handles.sort());
  });

  it('carry out early orders once connected', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const loop = open();
    const { arena, inputSize } = loop.poller.memory;
    arena.set(Buffer.from('early'), inputSize);
    const handle = loop.poller.connect({ ...anyPort, port });
    loop.order(OrderKind.write, handle, inputSize, 5);
    loop.order(OrderKind.close, handle);
    loop.flush();
    const [socket] = await once(server, 'connection');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(socket, 'end');
    expect(String(Buffer.concat(chunks))).toBe('early');
    await until(() => loop.find(EventKind.closed).length === 1);
    expect(loop.find(EventKind.closed)[0]).toMatchObject({ handle, detail: 0 });
  });

  it('send all replies of one read in one packet', async () => {
    const { code, lines, errors } = await runProgram('one-packet', flavour);
    expect({ code, lines, errors }).toEqual({ code: 0, lines: ['1'], errors: '' });
  });

  it('move between pollers with their bytes', async () => {
    const [from, to] = [open(), open()];
    to.echo = true;
    const socket = connect(await from.listen());
    const handle = await from.handleOf(EventKind.accepted);
    const descriptor = from.poller.release(handle);
    socket.write('moved');
    const adopted = to.poller.adopt(descriptor);
    const [bytes] = await once(socket, 'data');
    expect(String(bytes)).toBe('moved');
    expect(to.poller.remoteAddress(adopted)).toEqual({ ...anyPort, port: socket.localPort });
    socket.destroy();
  });
});
