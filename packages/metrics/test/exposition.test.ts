import { spawnSync } from 'node:child_process';
import { createCounters, type LoopCounters, MetricTable } from '@gev/core';
import { describe, expect, it } from 'vitest';
import { Exposition } from '../src/exposition.js';
import { LoopReader } from '../src/loop-reader.js';
import type { Clash } from '../src/worker-messages.js';

const help = 'Something.';
const hasPromtool = spawnSync('promtool', ['--version']).error === undefined;

/** Loops as a server would have them, and the text of what they count. */
function loopsOf(count: number) {
  const loops: LoopCounters[] = Array.from({ length: count }, (_, id) => ({
    loop: String(id),
    counters: createCounters(),
  }));
  const clashes: Clash[] = [];
  const exposition = new Exposition(
    loops.map((loop) => new LoopReader(loop)),
    (clash) => clashes.push(clash),
  );
  const tables = loops.map(({ counters }) => new MetricTable(counters));
  return { tables, clashes, text: () => exposition.text() };
}

const linesOf = (text: string, name: string) =>
  text.split('\n').filter((line) => line.startsWith(name));

describe('the exposition', () => {
  it('has a series for each loop, and adds what is registered later', async () => {
    const { tables, text } = loopsOf(2);
    expect(linesOf(await text(), 'gev_connections_opened_total')).toEqual([
      'gev_connections_opened_total{loop="0"} 0',
      'gev_connections_opened_total{loop="1"} 0',
    ]);
    for (const [index, table] of tables.entries()) {
      const labels = { country: 'at' };
      table.counter({ name: 'shop_orders_total', help, labels }).add(index + 1);
    }
    expect(linesOf(await text(), 'shop_orders_total')).toEqual([
      'shop_orders_total{country="at",loop="0"} 1',
      'shop_orders_total{country="at",loop="1"} 2',
    ]);
    tables[0]!.counter({ name: 'shop_orders_total', help, labels: { country: 'de' } }).add(9);
    expect(linesOf(await text(), 'shop_orders_total')).toHaveLength(3);
  });

  it('writes histograms cumulatively', async () => {
    const { tables, text } = loopsOf(1);
    const sizes = tables[0]!.histogram({ name: 'shop_order_bytes', help, buckets: [0.5, 10] });
    for (const value of [0.5, 3, 30]) sizes.observe(value);
    expect(linesOf(await text(), 'shop_order_bytes')).toEqual([
      'shop_order_bytes_bucket{le="0.5",loop="0"} 1',
      'shop_order_bytes_bucket{le="10",loop="0"} 2',
      'shop_order_bytes_bucket{le="+Inf",loop="0"} 3',
      'shop_order_bytes_sum{loop="0"} 33.5',
      'shop_order_bytes_count{loop="0"} 3',
    ]);
  });

  it('escapes help and labels', async () => {
    const { tables, text } = loopsOf(1);
    tables[0]!.gauge({ name: 'odd', help: 'a\nb\\c', labels: { x: 'say "hi"\n' } });
    expect(linesOf(await text(), '# HELP odd')).toEqual(['# HELP odd a\\nb\\\\c']);
    expect(linesOf(await text(), 'odd{')).toEqual(['odd{x="say \\"hi\\"\\n",loop="0"} 0']);
  });

  it('leaves out what clashes with another loop, and says so once', async () => {
    const { tables, clashes, text } = loopsOf(2);
    tables[0]!.gauge({ name: 'shop_carts', help }).set(1);
    tables[1]!.histogram({ name: 'shop_carts', help, buckets: [1] });
    await text();
    expect(linesOf(await text(), 'shop_carts')).toEqual(['shop_carts{loop="0"} 1']);
    expect(clashes).toEqual([{ kind: 'clash', name: 'shop_carts', loop: '1' }]);
  });

  it('has the metrics of the process, and not those of its own thread', async () => {
    const text = await loopsOf(1).text();
    expect(linesOf(text, 'process_cpu_seconds_total')).toHaveLength(1);
    expect(linesOf(text, 'process_resident_memory_bytes')).toHaveLength(1);
    expect(text).not.toMatch(/^nodejs_/m);
  });

  it.skipIf(!hasPromtool)('passes promtool (skipped where Prometheus is missing)', async () => {
    const { tables, text } = loopsOf(2);
    tables[0]!.histogram({ name: 'shop_order_bytes', help, buckets: [1, 10] }).observe(5);
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: await text(),
    });
    expect([status, String(stdout), String(stderr)]).toEqual([0, '', '']);
  });
});
