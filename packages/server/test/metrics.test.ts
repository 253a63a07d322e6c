import { Counter, closeCounter } from '@gev/core';
import { describe, expect, it } from 'vitest';
import { Client, until } from './client.js';
import { Metered } from './metered.js';
import { pollers } from './pollers.js';
import { serve } from './serve.js';

const natives = pollers.filter(({ name }) => name !== 'node');
const BOTH = [1, 3];

/** Loads a server: `connections` with `messages` each, in bursts. */
async function load(metered: Metered, connections: number, messages: number) {
  const clients = await metered.clients(connections);
  await Promise.all(
    clients.map(async (client, index) => {
      for (let left = messages; left > 0; left -= 50) {
        const burst = Array.from({ length: Math.min(50, left) }, () => 'x'.repeat(1 + index));
        await client.ask(...burst);
      }
    }),
  );
  return clients;
}

const bytesOf = (connections: number, messages: number) =>
  messages * connections * (4 + (connections + 1) / 2);

describe.each(pollers)('counters on $name', (choice) => {
  it.each(BOTH)('tell exactly what came and went, over %i loops', async (loops) => {
    await using metered = await Metered.start(choice, { loops });
    const { collected } = metered;
    const clients = await load(metered, 20, 500);
    // The last reply leaves before the batch is counted.
    await until(() => collected.count('messagesReceived') === 10_000);
    await until(() => collected.count('messagesSent') === 10_000);
    expect(collected.count('bytesReceived')).toBe(bytesOf(20, 500));
    expect(collected.count('bytesSent')).toBe(bytesOf(20, 500));
    expect(collected.count('connectionsOpened')).toBe(20);
    expect(collected.value('gev_connections')).toBe(20);
    expect(collected.value('test_frames_total')).toBe(10_000);
    const sizes = collected.histogram('test_frame_bytes');
    expect(sizes.cumulative).toEqual([5_000, 10_000, 10_000]);
    expect(sizes.sum).toBe(bytesOf(20, 500) - 4 * 10_000);
    expect(collected.value('test_open')).toBe(20);

    for (const { client } of clients.slice(0, 12)) client.socket.end();
    for (const { client } of clients.slice(12)) client.reset();
    await until(() => collected.value('gev_connections') === 0);
    const closed = collected.values('gev_connections_closed_total');
    expect(closed).toMatchObject({ 'peer-closed': 12, 'peer-reset': 8, 'loop-failed': 0 });
    await until(() => collected.value('test_open') === 0);
  });

  it('tell batches and their events', async () => {
    await using metered = await Metered.start(choice);
    const { collected } = metered;
    await load(metered, 5, 100);
    await until(() => collected.count('messagesReceived') === 500);
    const { cumulative, sum } = collected.histogram('gev_batch_events');
    expect(cumulative.at(-1)).toBe(collected.count('batches'));
    expect(sum).toBe(collected.count('events'));
    expect(sum).toBeGreaterThanOrEqual(cumulative.at(-1)!);
  });

  it('tell who was turned away, also by the thread that accepts', async () => {
    await using metered = await Metered.start(choice, { loops: 2, maxConnections: 3 });
    const { collected } = metered;
    const clients = await metered.clients(5);
    await until(() => clients.filter(({ client }) => client.ended).length === 2);
    await until(() => collected.value('gev_connections') === 3);
    expect(collected.count('connectionsRejected')).toBe(2);
  });
});

describe.each(natives)('counters on $name', (choice) => {
  it('go on when a thread was killed', async () => {
    await using metered = await Metered.start(choice, { loops: 2 });
    const { collected, server } = metered;
    await load(metered, 10, 100);
    await until(() => collected.count('messagesReceived') === 1_000);
    server.loops[0]!.post('die');
    await until(() => collected.count('loopRestarts') === 1);
    expect(collected.value('gev_connections')).toBe(5);
    expect(collected.values('gev_connections_closed_total')['loop-failed']).toBe(5);
    expect(collected.value('test_open')).toBe(5);
    await load(metered, 10, 100);
    await until(() => collected.count('messagesReceived') === 2_000);
    expect(collected.count('messagesSent')).toBe(2_000);
    expect(collected.count('bytesReceived')).toBe(2 * bytesOf(10, 100));
    expect(collected.value('test_frames_total')).toBe(2_000);
    expect(collected.value('test_open')).toBe(15);
    expect(collected.count('connectionsOpened')).toBe(20);
    expect(collected.loops.map(({ counters }) => counters[Counter.loopRestarts])).toEqual([
      1, 0, 0,
    ]);
  });
});

describe.each(pollers)('what is measured once a second on $name', (choice) => {
  it('tells how busy and how late each thread was', async () => {
    await using metered = await Metered.start(choice);
    const { collected } = metered;
    const [client] = await metered.clients(1);
    const started = collected.count('toldAt');
    expect(started).toBeGreaterThan(0);
    await until(() => collected.count('toldAt') > started);
    await client!.ask('block');
    await until(() => collected.count('lag') > 0.2);
    expect(collected.count('lag')).toBeLessThan(2);
    expect(collected.count('busyRatio')).toBeGreaterThan(0.2);
    expect(collected.count('busyRatio')).toBeLessThanOrEqual(1);
  });

  it('tells timers that are armed and tasks that wait', async () => {
    await using metered = await Metered.start(choice, { loops: 2 });
    const { collected } = metered;
    const [client] = await metered.clients(1);
    client!.write('tasks');
    await until(() => collected.count('tasksPending') === 5);
    await until(() => collected.count('tasksPending') === 0);
    await client!.ask('timers');
    await until(() => collected.count('timersArmed') === 7);
  });

  it('times every handler of a few messages, and looks at the buffers', async () => {
    await using metered = await Metered.start(choice);
    const { collected } = metered;
    const [client] = await metered.clients(1);
    for (let i = 0; i < 20; i += 1) await client!.ask('hello');
    await client!.ask('block');
    const { cumulative, sum } = collected.histogram('gev_handler_seconds');
    expect(cumulative.at(-1)).toBe(21);
    expect(sum).toBeGreaterThan(0.29);
    expect(sum).toBeLessThan(3);
    // A frame of which two bytes are missing.
    client!.client.socket.write(Buffer.from([0, 0, 0, 6, 1, 2, 3, 4]));
    await until(() => collected.histogram('gev_read_buffer_bytes').sum === 8);
    const buffers = collected.histogram('gev_read_buffer_bytes').cumulative;
    expect(buffers[1]! - buffers[0]!).toBe(1);
    expect(collected.histogram('gev_read_buffer_capacity_bytes').sum).toBeGreaterThanOrEqual(8);
    expect(collected.histogram('gev_write_buffer_bytes').cumulative.at(-1)).toBe(buffers.at(-1));
    expect(collected.histogram('gev_write_buffer_capacity_bytes').sum).toBe(0);
  });

  it('looks at what a slow reader has not taken, and what that is kept in', async () => {
    await using metered = await Metered.start(choice);
    const { collected } = metered;
    const [client] = await metered.clients(1);
    client!.client.socket.pause();
    client!.write('flood');
    await until(() => collected.histogram('gev_write_buffer_bytes').sum > 1_000_000);
    const { sum: unsent } = collected.histogram('gev_write_buffer_bytes');
    const { sum: capacity } = collected.histogram('gev_write_buffer_capacity_bytes');
    expect(capacity).toBeGreaterThanOrEqual(unsent);
    expect(capacity).toBeLessThan(2 * unsent);
    client!.client.socket.destroy();
  });

  it('does not come between a handler and its own', async () => {
    class Handler {
      readonly #told: string[] = [];
      onMessage(): string {
        return this.#told.join();
      }
      onConnect(): void {
        this.#told.push('connect');
      }
      onError(): void {
        this.#told.push('error');
      }
    }
    const collected = { start: async () => {}, close: async () => {} };
    await using server = await serve(choice, new Handler(), { metrics: collected });
    const client = await Client.connect(server.address);
    client.socket.write('x');
    expect(String(await client.receive(7))).toBe('connect');
    client.socket.end();
  });
});

describe.each(pollers)('topics and messages that reach nobody on $name', (choice) => {
  it('are counted', async () => {
    await using metered = await Metered.start(choice, { loops: 2 });
    const { collected } = metered;
    const clients = await metered.clients(4);
    for (const client of clients) await client.ask('subscribe one', 'subscribe two');
    const subscriptions = () => collected.value('gev_topic_subscriptions');
    await until(() => subscriptions() === 8);
    // In each loop that has a subscriber.
    const topics = collected.value('gev_topics')!;
    expect([2, 4]).toContain(topics);
    await clients[0]!.ask('publish one', 'send 999999');
    const dropped = () => collected.values('gev_messages_dropped_total');
    await until(() => dropped()['slow-reader'] === 3);
    expect(dropped()).toEqual({ unreachable: 0, gone: 1, 'slow-reader': 3 });
    await clients[0]!.ask('unsubscribe one');
    await until(() => subscriptions() === 7);
    for (const { client } of clients) client.socket.end();
    await until(() => subscriptions() === 0);
    expect(collected.value('gev_topics')).toBe(0);
  });
});

describe('a collector', () => {
  const choice = pollers[0]!;

  it('is started before anybody listens, and closed when the loops have ended', async () => {
    const metered = await Metered.start(choice, { loops: 2 });
    const { collected, server } = metered;
    expect(collected.loops.map(({ loop }) => loop)).toEqual(['0', '1', 'server']);
    const [client] = await metered.clients(1);
    await client!.ask('hello');
    await server.close();
    expect(collected.calls).toEqual(['start', 'close']);
    const closing = closeCounter('server-closing');
    const closed = collected.loops.map(({ counters }) => counters[closing]!);
    expect(closed.reduce((sum, count) => sum + count)).toBe(1);
  });

  it('that fails, fails the start, and is not closed', async () => {
    const calls: string[] = [];
    const metrics = {
      start: () => Promise.reject(new Error('no metrics')),
      close: async () => void calls.push('close'),
    };
    for (const loops of BOTH) {
      await expect(Metered.start(choice, { metrics, loops })).rejects.toThrow('no metrics');
    }
    expect(calls).toEqual([]);
  });

  it('is closed where the server cannot listen', async () => {
    await using taken = await Metered.start(choice);
    const calls: string[] = [];
    const metrics = {
      start: async () => void calls.push('start'),
      close: async () => void calls.push('close'),
    };
    const options = { address: taken.server.address, metrics };
    await expect(Metered.start(choice, options)).rejects.toMatchObject({
      code: 'ERR_GEV_ADDRESS_IN_USE',
    });
    expect(calls).toEqual(['start', 'close']);
  });

  it('has to be one', async () => {
    await expect(Metered.start(choice, { metrics: true as never })).rejects.toMatchObject({
      code: 'ERR_GEV_INVALID_OPTION',
    });
  });
});
