import { describe, expect, it } from 'vitest';
import {
  CLOSE_REASONS,
  Counter,
  clearGauges,
  closeCounter,
  createCounters,
  type HistogramOptions,
  type MetricOptions,
  MetricReader,
  MetricTable,
} from '../src/index.js';

const help = 'Something.';

function make() {
  const counters = createCounters();
  const reader = new MetricReader(counters);
  const find = (name: string) => reader.definitions().filter((series) => series.name === name);
  return { counters, table: new MetricTable(counters), reader, find };
}

describe('counters', () => {
  it('have a slot of their own for each counter and each close reason', () => {
    const slots = [...Object.values(Counter), ...CLOSE_REASONS.map(closeCounter)];
    expect(new Set(slots).size).toBe(slots.length);
    expect(createCounters().length).toBeGreaterThan(slots.length);
    expect(createCounters().buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});

describe('the metrics of a loop', () => {
  it('count where a reader sees it', () => {
    const { table, reader, find } = make();
    const orders = table.counter({ name: 'shop_orders_total', help });
    orders.add();
    orders.add(41);
    const [series] = find('shop_orders_total');
    expect(series).toMatchObject({ kind: 'counter', help, labels: {} });
    expect(reader.value(series!)).toBe(42);
    expect(orders.value).toBe(42);
  });

  it('go up and down as gauges', () => {
    const { table, reader, find } = make();
    const open = table.gauge({ name: 'shop_carts', help });
    open.set(5);
    open.add(-2);
    expect(reader.value(find('shop_carts')[0]!)).toBe(3);
    expect(open.value).toBe(3);
  });

  it('count values by size as histograms, a bound belonging to its bucket', () => {
    const { table, reader, find } = make();
    const sizes = table.histogram({ name: 'shop_order_bytes', help, buckets: [1, 10, 100] });
    for (const value of [0, 1, 2, 10, 11, 1_000]) sizes.observe(value);
    const [series] = find('shop_order_bytes');
    expect(reader.cumulative(series!)).toEqual([2, 4, 5, 6]);
    expect(reader.sum(series!)).toBe(1_024);
  });

  it('tell series apart by their labels, whatever their order', () => {
    const { table, find } = make();
    const name = 'shop_orders_total';
    table.counter({ name, help, labels: { country: 'at', paid: 'yes' } }).add();
    table.counter({ name, help, labels: { country: 'de', paid: 'yes' } }).add(2);
    table.counter({ name, help, labels: { paid: 'yes', country: 'at' } }).add(3);
    const values = find(name).map(({ labels }) => table.counter({ name, help, labels }).value);
    expect(values).toEqual([4, 2]);
  });

  it('are found again by the thread that takes over, and nothing else is touched', () => {
    const { counters, table, reader, find } = make();
    table.counter({ name: 'shop_orders_total', help }).add(3);
    table.histogram({ name: 'shop_order_bytes', help, buckets: [1, 10] }).observe(5);
    const next = new MetricTable(counters);
    next.gauge({ name: 'shop_carts', help }).set(7);
    next.histogram({ name: 'shop_order_bytes', help, buckets: [1, 10] }).observe(50);
    next.counter({ name: 'shop_orders_total', help }).add();
    expect(reader.value(find('shop_orders_total')[0]!)).toBe(4);
    expect(reader.cumulative(find('shop_order_bytes')[0]!)).toEqual([0, 1, 2]);
    expect(find('shop_carts')).toHaveLength(1);
  });

  it('keep their counters and lose their gauges when the thread died', () => {
    const { counters, table, reader } = make();
    table.counter({ name: 'shop_orders_total', help }).add(3);
    table.gauge({ name: 'shop_carts', help }).set(7);
    counters[Counter.connectionsOpened] = 5;
    counters[Counter.connectionsClosed] = 1;
    counters[Counter.tasksPending] = 2;
    clearGauges(counters);
    const values = Object.fromEntries(
      reader.definitions().map((series) => [series.name, reader.value(series)]),
    );
    expect(values).toMatchObject({
      shop_orders_total: 3,
      shop_carts: 0,
      gev_connections: 4,
      gev_tasks_pending: 0,
    });
  });

  it('show a reader what was registered since it last looked', () => {
    const { table, find } = make();
    expect(find('shop_carts')).toEqual([]);
    table.gauge({ name: 'shop_carts', help: 'Wägen, die offen sind.' });
    expect(find('shop_carts')[0]!.help).toBe('Wägen, die offen sind.');
    table.gauge({ name: 'shop_visitors', help });
    expect(find('shop_visitors')).toHaveLength(1);
    expect(find('shop_carts')).toHaveLength(1);
  });
});

describe('a metric is refused', () => {
  const counter = (options: object) => () =>
    make().table.counter({ name: 'a_total', help, ...options } as MetricOptions);
  const gauge = (name: string) => () => make().table.gauge({ name, help });
  const histogram = (buckets: unknown) => () =>
    make().table.histogram({ name: 'a', help, buckets } as HistogramOptions);

  it.each([
    ['a counter without _total', counter({ name: 'orders' })],
    ['a name that is none', counter({ name: 'shop-orders_total' })],
    ['a name that begins with a digit', counter({ name: '1_total' })],
    ['no name', counter({ name: undefined })],
    ['no help', counter({ help: '' })],
    ['a name of the process', gauge('process_open_fds')],
    ['a name of node', gauge('nodejs_heap_bytes')],
    ['a name of gev', gauge('gev_connections')],
    ['a gauge that looks like a counter', gauge('orders_total')],
    ['a gauge that looks like a part of a histogram', gauge('orders_bucket')],
    ['the label loop', counter({ labels: { loop: '1' } })],
    ['the label le', counter({ labels: { le: '1' } })],
    ['a label of Prometheus', counter({ labels: { __name__: 'x' } })],
    ['a label that is no string', counter({ labels: { code: 1 } })],
    ['labels that are none', counter({ labels: null })],
    ['no buckets', histogram([])],
    ['buckets that do not ascend', histogram([1, 1])],
    ['a bucket that is no number', histogram([1, Number.POSITIVE_INFINITY])],
    ['buckets that are no list', histogram('1,2')],
  ])('for %s', (_what, register) => {
    expect(register).toThrow(expect.objectContaining({ code: 'ERR_GEV_INVALID_OPTION' }));
  });

  it('when its name is that of another kind, other labels or other buckets', () => {
    const { table } = make();
    table.gauge({ name: 'a', help, labels: { x: '1' } });
    table.histogram({ name: 'b', help, buckets: [1, 2] });
    const taken = expect.objectContaining({ code: 'ERR_GEV_INVALID_OPTION' });
    expect(() => table.gauge({ name: 'a', help })).toThrow(taken);
    expect(() => table.gauge({ name: 'a', help, labels: { y: '1' } })).toThrow(taken);
    expect(() => table.histogram({ name: 'a', help, buckets: [1] })).toThrow(taken);
    expect(() => table.histogram({ name: 'b', help, buckets: [1, 3] })).toThrow(taken);
  });

  it('when a loop has no slot, or no room for its definition, left', () => {
    const full = expect.objectContaining({ code: 'ERR_GEV_METRICS_FULL' });
    const bounds = Array.from({ length: 100 }, (_, bound) => bound);
    const slots = make().table;
    const fill = () => {
      for (let i = 0; ; i += 1) slots.histogram({ name: `a${i}`, help, buckets: bounds });
    };
    expect(fill).toThrow(full);
    const words = make().table;
    const tell = () => {
      for (let i = 0; ; i += 1) words.gauge({ name: `a${i}`, help: 'x'.repeat(5_000) });
    };
    expect(tell).toThrow(full);
    // What is there goes on.
    slots.histogram({ name: 'a0', help, buckets: bounds }).observe(1);
    words.gauge({ name: 'a0', help }).set(1);
  });

  it('when something is taken off a counter, or what is added is no number', () => {
    const orders = make().table.counter({ name: 'a_total', help });
    for (const amount of [-1, Number.NaN, Infinity, '5' as unknown as number]) {
      expect(() => orders.add(amount)).toThrow(
        expect.objectContaining({ code: 'ERR_GEV_INVALID_OPTION' }),
      );
    }
    expect(orders.value).toBe(0);
  });

  it('when a histogram is given what is no number', () => {
    const { table, reader, find } = make();
    const sizes = table.histogram({ name: 'a', help, buckets: [1] });
    for (const size of [Number.NaN, Infinity, '5' as unknown as number]) {
      expect(() => sizes.observe(size)).toThrow(
        expect.objectContaining({ code: 'ERR_GEV_INVALID_OPTION' }),
      );
    }
    sizes.observe(1);
    expect(reader.sum(find('a')[0]!)).toBe(1);
  });
});
