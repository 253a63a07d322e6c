import { bench, describe } from 'vitest';
import { IdleWatch } from '../src/idle-watch.js';

const ROUNDS = 1000;

/** As in a batch: the time was read once, at its start. */
const loop = {
  now: 1234.5,
  runAfter: () => ({ cancel() {} }),
  rearm() {},
} as unknown as ConstructorParameters<typeof IdleWatch>[0];

const timeouts = { read: 60_000, write: 60_000, all: 60_000 };
const watches = Array.from(
  { length: ROUNDS },
  () => new IdleWatch(loop, timeouts, { writeBufferLength: 0, onIdle() {} }),
);

describe('an idle time-out', () => {
  bench('1,000 refreshes, each of another connection', () => {
    for (const watch of watches) watch.received();
  });
});
