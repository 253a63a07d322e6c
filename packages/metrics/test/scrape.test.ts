import { spawnSync } from 'node:child_process';
import { request } from 'node:http';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { EchoClient, until } from './client.js';
import { sumOf, Watched } from './scrape.js';

const hasPromtool = spawnSync('promtool', ['--version']).error === undefined;

/** `connections` clients that send so many messages each, one after the other. */
async function load(watched: Watched, connections: number, messages: number) {
  const clients = await EchoClient.several(watched.server.address, connections);
  await Promise.all(
    clients.map(async (client) => {
      for (let i = 0; i < messages; i += 1) await client.echo('order');
    }),
  );
  return clients;
}

describe.each([1, 2])('a scrape of a server of %i loops', (loops) => {
  it('tells exactly what came and went', async () => {
    await using watched = await Watched.start({ loops });
    const clients = await load(watched, 8, 50);
    const text = await until(
      () => watched.text(),
      (now) => sumOf(now, 'gev_messages_received_total') === 400,
    );
    const sums = {
      gev_connections: 8,
      gev_connections_opened_total: 8,
      gev_messages_sent_total: 400,
      gev_bytes_received_total: 2_000,
      gev_bytes_sent_total: 2_000,
      gev_accept_errors_total: 0,
      shop_orders_total: 400,
      shop_order_bytes_count: 400,
      shop_order_bytes_sum: 2_000,
    };
    for (const [name, sum] of Object.entries(sums))
      expect([name, sumOf(text, name)]).toEqual([name, sum]);
    expect(sumOf(text, 'shop_order_bytes_bucket', { le: '1' })).toBe(0);
    expect(sumOf(text, 'shop_order_bytes_bucket', { le: '10' })).toBe(400);
    for (const client of clients.slice(0, 5)) await client.end();
    await until(
      () => watched.sum('gev_connections_closed_total', { reason: 'peer-closed' }),
      (closed) => closed === 5,
    );
    expect(await watched.sum('gev_connections')).toBe(3);
  });

  it.skipIf(!hasPromtool)('passes promtool (skipped where Prometheus is missing)', async () => {
    await using watched = await Watched.start({ loops });
    await load(watched, 2, 2);
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: await watched.text(),
    });
    expect([status, String(stdout), String(stderr)]).toEqual([0, '', '']);
  });
});

describe('a scrape', () => {
  it('goes on counting where a killed thread left off', async () => {
    await using watched = await Watched.start({ loops: 2 });
    await load(watched, 6, 20);
    await until(
      () => watched.sum('gev_messages_received_total'),
      (sum) => sum === 120,
    );
    watched.server.loops[0]!.post('die');
    await until(
      () => watched.sum('gev_loop_restarts_total'),
      (restarts) => restarts === 1,
    );
    await load(watched, 6, 20);
    const text = await until(
      () => watched.text(),
      (now) => sumOf(now, 'gev_messages_received_total') === 240,
    );
    expect(sumOf(text, 'shop_orders_total')).toBe(240);
    expect(sumOf(text, 'gev_connections_opened_total')).toBe(12);
    expect(sumOf(text, 'gev_connections_closed_total', { reason: 'loop-failed' })).toBe(3);
    expect(sumOf(text, 'gev_connections')).toBe(9);
    expect(sumOf(text, 'shop_loop')).toBe(1);
    expect(text.match(/^shop_orders_total{/gm)).toHaveLength(2);
  });

  it('is answered while the only loop, on the main thread, computes', async () => {
    await using watched = await Watched.start();
    await load(watched, 1, 3);
    await until(
      () => watched.sum('gev_messages_received_total'),
      (sum) => sum === 3,
    );
    const scraper = new Worker(new URL('./fixtures/scraper.mjs', import.meta.url), {
      workerData: { url: watched.url },
    });
    const answers = new Promise<{ after: number; text: string }[]>((resolve) => {
      scraper.once('message', resolve);
    });
    await new Promise((resolve) => scraper.once('online', resolve));
    const until2s = performance.now() + 2_000;
    while (performance.now() < until2s);
    const seen = await answers;
    expect(seen.length).toBeGreaterThanOrEqual(5);
    expect(Math.max(...seen.map(({ after }) => after))).toBeLessThan(2_000);
    const last = seen.at(-1)!.text;
    expect(sumOf(last, 'gev_messages_received_total')).toBe(3);
    // The loop cannot say itself that it hangs.
    expect(sumOf(last, 'gev_loop_busy_ratio')).toBeGreaterThan(0.5);
    expect(sumOf(last, 'gev_loop_lag_seconds')).toBeGreaterThan(0.4);
  });

  it('is answered while the server drains, and by nobody afterwards', async () => {
    const watched = await Watched.start({ handler: { onMessage() {}, onClosing: () => held } });
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const client = await EchoClient.connect(watched.server.address);
    await until(
      () => watched.server.connections,
      (count) => count === 1,
    );
    const { url } = watched;
    const closing = watched.server.close();
    expect(await watched.sum('gev_connections')).toBe(1);
    letGo();
    client.socket.end();
    await closing;
    await expect(fetch(`${url}/metrics`)).rejects.toThrow();
    expect(watched.warnings).toEqual([]);
  });

  it('does not keep the server from closing when nobody reads its answer', async () => {
    const watched = await Watched.start();
    const { hostname, port } = new URL(watched.url);
    const stuck = request({ hostname, port, path: '/feed/live' }).end();
    stuck.on('error', () => {});
    await new Promise((resolve) => stuck.once('response', resolve));
    const started = performance.now();
    await watched.server.close();
    expect(performance.now() - started).toBeLessThan(3_000);
    stuck.destroy();
  });

  it('warns of a name that loops use for different things', async () => {
    const handler = new URL('./fixtures/clash.mjs', import.meta.url);
    await using watched = await Watched.start({ loops: 2, handler });
    expect(await watched.text()).toContain('clash_thing{loop="0"} 0');
    await until(
      () => watched.warnings,
      (warnings) => warnings.length > 0,
    );
    expect(watched.warnings[0]).toContain('a metric is not shown');
  });
});
