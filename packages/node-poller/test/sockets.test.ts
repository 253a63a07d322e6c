import assert from 'node:assert/strict';
import { once } from 'node:events';
import { linkSync, rmSync } from 'node:fs';
import { connect, createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventKind, OrderKind, ROW_SIZE, type TcpAddress } from '@gev/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { NodePoller } from '../src/index.js';
import { nodeSupports } from '../src/supports.js';

const LOCAL: TcpAddress = { transport: 'tcp', host: '127.0.0.1', port: 0 };

/** The kinds of all rows. */
function startRecorded(poller: NodePoller): number[] {
  const kinds: number[] = [];
  const { events } = poller.memory;
  poller.start({
    onBatch(rows) {
      for (let at = 0; at < rows * ROW_SIZE; at += ROW_SIZE) kinds.push(events[at] ?? 0);
    },
  });
  return kinds;
}

describe('NodePoller', () => {
  const pollers: NodePoller[] = [];
  const made = (poller = new NodePoller()) => {
    pollers.push(poller);
    return poller;
  };

  afterEach(() => {
    for (const poller of pollers.splice(0)) poller.stop();
    vi.restoreAllMocks();
  });

  it('writes once a connection and flush', async () => {
    const poller = made();
    const kinds = startRecorded(poller);
    const { address } = await poller.listen(LOCAL);
    assert(address.transport === 'tcp');
    const client = connect(address.port, address.host);
    await expect.poll(() => kinds).toEqual([EventKind.accepted]);
    const [, slot = 0, generation = 0] = poller.memory.events;
    const { inputSize } = poller.memory;
    poller.memory.arena.set(Buffer.from('abc'), inputSize);
    for (let part = 0; part < 3; part += 1) {
      const row = [OrderKind.write, slot, generation, inputSize + part, 1, 0];
      poller.memory.orders.set(row, part * ROW_SIZE);
    }
    const write = vi.spyOn(Socket.prototype, 'write');
    poller.flush(3);
    assert.equal(write.mock.calls.length, 1);
    const [received] = await once(client, 'data');
    assert.equal(String(received), 'abc');
    client.destroy();
  });

  it('gathers what several sockets bring into one batch', async () => {
    const poller = made();
    const sizes: number[] = [];
    poller.start({ onBatch: (rows) => sizes.push(rows) });
    const { address } = await poller.listen(LOCAL);
    assert(address.transport === 'tcp');
    const clients = Array.from({ length: 50 }, () => connect(address.port, address.host));
    await expect.poll(() => sum(sizes)).toBe(50);
    sizes.length = 0;
    for (const client of clients) client.write('x');
    await expect.poll(() => sum(sizes)).toBe(50);
    assert(sizes.length < 25, `${sizes.length} batches`);
    for (const client of clients) client.destroy();
  });

  it('reads no further ahead than a bound while the sink does not take the bytes', async () => {
    const poller = made(new NodePoller({ readSize: 1, batch: 1 }));
    startRecorded(poller);
    const { address } = await poller.listen(LOCAL);
    assert(address.transport === 'tcp');
    const client = connect(address.port, address.host);
    const pause = vi.spyOn(Socket.prototype, 'pause');
    client.write(Buffer.alloc(8 * 1024 * 1024));
    await expect.poll(() => pause.mock.calls.length).toBeGreaterThan(0);
    client.destroy();
  });

  it('takes over a unix path that a dead process left behind', async () => {
    const path = join(tmpdir(), `gev-stale-${process.pid}.sock`);
    const first = createServer();
    first.listen(`${path}.first`);
    await once(first, 'listening');
    // A second name of the socket file, which closing the server does not remove.
    linkSync(`${path}.first`, path);
    first.close();
    const poller = made();
    const { address } = await poller.listen({ transport: 'unix', path });
    assert.deepEqual(address, { transport: 'unix', path });
    rmSync(path, { force: true });
  });

  it('names an address that this machine does not have', async () => {
    const nowhere = { ...LOCAL, host: '192.0.2.1' };
    await assert.rejects(made().listen(nowhere), { code: 'ERR_GEV_ADDRESS_NOT_AVAILABLE' });
  });

  it('speaks IPv6', async () => {
    const poller = made();
    const kinds = startRecorded(poller);
    const { address } = await poller.listen({ ...LOCAL, host: '::1' });
    assert(address.transport === 'tcp' && address.host === '::1');
    const handle = poller.connect(address);
    await expect.poll(() => kinds.length).toBe(2);
    assert.deepEqual(poller.remoteAddress(handle), address);
  });

  it('closes what it opened when it is stopped during listen()', async () => {
    const poller = made();
    const listening = poller.listen(LOCAL);
    poller.stop();
    await assert.rejects(listening, { code: 'ERR_GEV_POLLER_STATE' });
  });

  it('refuses a port that is none', () => {
    assert.throws(() => made().connect({ ...LOCAL, port: 70_000 }), { code: 'ERR_GEV_IO' });
  });

  it('leaves nothing that keeps the process alive', async () => {
    const tcp = () => process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP'));
    // What the tests before have closed may still be on its way.
    await expect.poll(() => tcp()).toEqual([]);
    const poller = made();
    const kinds = startRecorded(poller);
    const { address } = await poller.listen(LOCAL);
    for (let count = 0; count < 5; count += 1) poller.connect(address);
    await expect.poll(() => kinds.length).toBe(10);
    assert(tcp().length > 0);
    poller.stop();
    await expect.poll(() => tcp()).toEqual([]);
  });
});

describe('supports', () => {
  it.each([
    ['20.20.0', 'linux', false],
    ['22.11.0', 'linux', false],
    ['22.12.0', 'linux', true],
    ['23.0.0', 'linux', false],
    ['23.1.0', 'linux', true],
    ['24.0.0', 'linux', true],
    ['24.0.0', 'darwin', false],
    ['24.0.0', 'win32', false],
  ])('Node %s on %s: reusePort %s', (version, platform, expected) => {
    assert.equal(nodeSupports(version, platform).reusePort, expected);
    assert.equal(nodeSupports(version, platform).unixSockets, platform !== 'win32');
  });
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
