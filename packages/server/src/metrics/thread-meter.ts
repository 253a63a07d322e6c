import { performance } from 'node:perf_hooks';
import { Counter, type Counters } from '@gev/core';
import { LagMeter } from './lag-meter.js';

/**
 * Tells how busy a thread was, and how late, since it last told.
 *
 * Nothing is done for a message: Node itself adds up the time in which the thread waits. A thread that
 * hangs tells nothing; when it last did is told, too, so that a reader sees it.
 *
 * Thread rule: everything on the thread that is measured.
 */
export class ThreadMeter {
  readonly #counters: Counters;
  readonly #lag = new LagMeter();
  #utilization = performance.eventLoopUtilization();

  constructor(counters: Counters) {
    this.#counters = counters;
    counters[Counter.toldAt] = processTime();
  }

  tell(): void {
    const counters = this.#counters;
    const utilization = performance.eventLoopUtilization();
    const since = performance.eventLoopUtilization(utilization, this.#utilization);
    this.#utilization = utilization;
    counters[Counter.busyRatio] = since.utilization;
    counters[Counter.lag] = this.#lag.take() / 1_000;
    counters[Counter.toldAt] = processTime();
  }

  /** Tells that there is nothing to tell any more. */
  stop(): void {
    this.#lag.stop();
    for (const slot of [Counter.busyRatio, Counter.lag, Counter.toldAt]) this.#counters[slot] = 0;
  }
}

/** Milliseconds of a clock that is the same in every thread and never goes back. */
function processTime(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1e6;
}
