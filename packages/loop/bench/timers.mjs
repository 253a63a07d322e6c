// What a timer costs: bytes each, and nanoseconds to arm, re-arm, cancel and run, beside setTimeout.
//
//   pnpm --filter @gev/loop build && node --expose-gc packages/loop/bench/timers.mjs [dist/index.js]
//
// Medians of several runs; every run makes its own timers. One task is shared by all, so that only
// the timers are weighed.
import { resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const dist = process.argv[2]
  ? pathToFileURL(resolve(process.argv[2]))
  : new URL('../dist/index.js', import.meta.url);
const { Timers } = await import(dist);

const COUNT = 1_000_000;
const RUNS = 7;
const task = () => {};
const gc = globalThis.gc;
if (gc === undefined) throw new Error('run node with --expose-gc');

/** Delays from 1 s to 2 min, as deadlines of connections are, in no order. */
const manyDelays = new Int32Array(COUNT);
for (let index = 0, seed = 1; index < COUNT; index += 1) {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  manyDelays[index] = 1000 + ((seed >>> 8) % 119_000);
}
/** All alike: the best case of setTimeout, which keeps a list for each delay. */
const oneDelay = new Int32Array(COUNT).fill(30_000);

function median(numbers) {
  return numbers.sort((one, other) => one - other)[numbers.length >> 1];
}

function heapUsed() {
  gc();
  gc();
  return process.memoryUsage().heapUsed;
}

/** Nanoseconds for each of COUNT calls. */
function time(call) {
  const start = performance.now();
  for (let index = 0; index < COUNT; index += 1) call(index);
  return ((performance.now() - start) * 1e6) / COUNT;
}

function wheelOf(clock) {
  let now = 1000;
  let wake;
  const timers = new Timers({
    clock: clock ?? (() => now),
    setTimer: (run) => {
      wake = run;
      return { cancel() {} };
    },
  });
  return {
    arm: (delay) => timers.runAfter(delay, task),
    rearm: (timer, delay) => timers.rearm(timer, delay),
    cancel: (timer) => timer.cancel(),
    // Turns the clock a millisecond at a time, as a busy server does.
    runAll() {
      while (timers.armed > 0) {
        now += 1;
        wake();
      }
    },
  };
}

const nodeTimers = {
  arm: (delay) => setTimeout(task, delay),
  // refresh() keeps the delay: the nearest that setTimeout has.
  rearm: (timeout) => timeout.refresh(),
  cancel: (timeout) => clearTimeout(timeout),
};

/** One run in a frame of its own, so that nothing of the run before is held while it is weighed. */
function runOnce(make, delays, results) {
  const kept = new Array(COUNT).fill(undefined);
  const timers = make();
  const before = heapUsed();
  results.arm.push(
    time((index) => {
      kept[index] = timers.arm(delays[index]);
    }),
  );
  results.bytes.push((heapUsed() - before) / COUNT);
  results.rearm.push(time((index) => timers.rearm(kept[index], delays[COUNT - 1 - index])));
  results.cancel.push(time((index) => timers.cancel(kept[index])));
  if (timers.runAll === undefined) return;
  for (let index = 0; index < COUNT; index += 1) timers.arm(delays[index]);
  const start = performance.now();
  timers.runAll();
  results.run.push(((performance.now() - start) * 1e6) / COUNT);
}

async function measure(make, delays) {
  const results = { bytes: [], arm: [], rearm: [], cancel: [], run: [] };
  for (let run = 0; run < RUNS; run += 1) {
    runOnce(make, delays, results);
    await nextTurn();
    heapUsed();
  }
  return Object.fromEntries(
    Object.entries(results).map(([what, numbers]) => [
      what === 'bytes' ? 'bytes each' : `ns per ${what}`,
      numbers.length === 0 ? '-' : Math.round(median(numbers)),
    ]),
  );
}

const onRealClock = () => {
  const { runAll: _, ...timers } = wheelOf(() => performance.now());
  return timers;
};

const table = {};
for (const [name, delays] of [
  ['many delays', manyDelays],
  ['one delay', oneDelay],
]) {
  table[`Timers, clock of the batch, ${name}`] = await measure(() => wheelOf(), delays);
  table[`Timers, performance.now, ${name}`] = await measure(onRealClock, delays);
  table[`setTimeout, ${name}`] = await measure(() => nodeTimers, delays);
}
console.table(table);
