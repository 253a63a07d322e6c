import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { Column, EventKind, OrderKind, ROW_SIZE, slotOf, type TcpAddress } from '@gev/core';
import { describe, expect, it } from 'vitest';
import { MemoryNetwork, MemoryPoller } from '../src/memory-poller/index.js';

const LOCAL: TcpAddress = { transport: 'tcp', host: '127.0.0.1', port: 0 };

/** A started poller and the kind and detail of its rows. */
function started(network: MemoryNetwork): { poller: MemoryPoller; rows: [number, number][] } {
  const poller = new MemoryPoller(network);
  const rows: [number, number][] = [];
  const { events } = poller.memory;
  poller.start({
    onBatch(count) {
      for (let at = 0; at < count * ROW_SIZE; at += ROW_SIZE) {
        rows.push([events[at + Column.kind] ?? 0, events[at + Column.detail] ?? 0]);
      }
    },
  });
  return { poller, rows };
}

describe('MemoryNetwork', () => {
  it('is reached only by its own pollers', async () => {
    const { address } = await started(new MemoryNetwork()).poller.listen(LOCAL);
    const stranger = started(new MemoryNetwork());
    stranger.poller.connect(address);
    await expect
      .poll(() => stranger.rows)
      .toEqual([[EventKind.closed, constants.errno.ECONNREFUSED]]);
  });

  it('answers on every interface for a listener on 0.0.0.0', async () => {
    const network = new MemoryNetwork();
    const server = started(network);
    const { address } = await server.poller.listen({ ...LOCAL, host: '0.0.0.0' });
    assert(address.transport === 'tcp');
    started(network).poller.connect({ ...LOCAL, port: address.port });
    await expect.poll(() => server.rows[0]?.[0]).toBe(EventKind.accepted);
  });

  it('refuses connections beyond the backlog', async () => {
    const network = new MemoryNetwork();
    // Not started, so that it accepts nothing.
    const { address } = await new MemoryPoller(network).listen(LOCAL, { backlog: 1 });
    const client = started(network);
    client.poller.connect(address);
    client.poller.connect(address);
    await expect
      .poll(() => client.rows)
      .toEqual([
        [EventKind.connected, 0],
        [EventKind.closed, constants.errno.ECONNREFUSED],
      ]);
  });

  it('counts one send a connection and flush', async () => {
    const network = new MemoryNetwork();
    const { address } = await started(network).poller.listen(LOCAL);
    const { poller, rows } = started(network);
    const slot = slotOf(poller.connect(address));
    await expect.poll(() => rows.length).toBe(1);
    for (let row = 0; row < 3; row += 1) {
      poller.memory.orders.set([OrderKind.write, slot, 1, 0, 10, 0], row * ROW_SIZE);
    }
    poller.flush(3);
    assert.equal(network.sends, 1);
  });

  it('holds as many bytes as asked for, and no more', async () => {
    const network = new MemoryNetwork({ capacity: 100 });
    const { address } = await new MemoryPoller(network).listen(LOCAL);
    const { poller } = started(network);
    const slot = slotOf(poller.connect(address));
    poller.memory.orders.set([OrderKind.write, slot, 1, 0, 150, 0]);
    assert.equal(poller.flush(1), 1);
    assert.equal(poller.memory.results[Column.kind], EventKind.backlog);
    assert.equal(poller.memory.queued[slot], 50);
  });
});
