// What counting costs: nanoseconds of an addition to a slot, the best of many rounds. Two ways: the same
// slot again and again, each addition waiting for the one before it, and some slots in turn, as a loop
// does it. Built first; run as `node packages/core/bench/count.mjs`.
import { Counter, createCounters, MetricTable } from '../dist/index.js';

const TIMES = 5_000_000;
const ROUNDS = 40;

const counters = createCounters();
const metrics = new MetricTable(counters);
const help = 'A measurement.';
const counter = metrics.counter({ name: 'bench_total', help });
const buckets = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
const histogram = metrics.histogram({ name: 'bench', help, buckets });

const cases = {
  'a slot, the same': () => {
    counters[Counter.batches] += 1;
  },
  'four slots in turn': (turn) => {
    counters[turn & 3] += 1;
  },
  'counter.add()': () => counter.add(),
  'histogram.observe(1)': () => histogram.observe(1),
  'histogram.observe(1 to 128)': (turn) => histogram.observe(1 + (turn & 127)),
};

/** A loop of its own for each case, so that each is compiled by itself. */
function loopOf(body) {
  return new Function(
    'body',
    'times',
    'for (let turn = 0; turn < times; turn += 1) body(turn);',
  ).bind(undefined, body);
}

for (const [name, body] of Object.entries(cases)) {
  const loop = loopOf(body);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = process.hrtime.bigint();
    loop(TIMES);
    best = Math.min(best, Number(process.hrtime.bigint() - start) / TIMES);
  }
  console.log(`${name.padEnd(28)} ${best.toFixed(1)} ns`);
}
