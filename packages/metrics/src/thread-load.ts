import { Counter, type Counters } from '@gev/core';

/** How a loop's thread fares. */
export interface ThreadLoad {
  /** The part of the last second that it worked, 0 to 1. */
  readonly busy: number;
  /** How late it was at most in the last second, in seconds. */
  readonly lag: number;
}

/** Milliseconds between two words of a thread about itself. */
const INTERVAL = 1_000;

/** Milliseconds without a word after which it is held up. */
const HELD_UP = 1_500;

/**
 * What a thread told of itself in the last second. One that tells nothing for longer is held up, and
 * cannot say so itself: then it is busy all the time, and late since it should have told.
 *
 * @param now milliseconds of `process.hrtime`
 */
export function threadLoadOf(counters: Counters, now: number): ThreadLoad {
  const busy = counters[Counter.busyRatio]!;
  const lag = counters[Counter.lag]!;
  const toldAt = counters[Counter.toldAt]!;
  const silent = now - toldAt;
  if (toldAt === 0 || silent <= HELD_UP) return { busy, lag };
  return { busy: 1, lag: Math.max(lag, (silent - INTERVAL) / 1_000) };
}

/** Milliseconds of the clock that all threads of a process share. */
export function processTime(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1e6;
}
