import { performance } from 'node:perf_hooks';
import { Counter, type Counters } from '@gev/core';

/** Milliseconds between two looks at how late the thread is. */
const RESOLUTION = 20;

/**
 * Tells how busy a thread was, and how late, since it last told.
 *
 * Nothing is done for a message: Node itself adds up the time in which the thread waits, and a timer
 * looks how late it is. (`monitorEventLoopDelay` forgets what comes right after its `reset`.) A thread
 * that hangs tells nothing; when it last did is told, too, so that a reader sees it.
 *
 * Thread rule: everything on the thread that is measured.
 */
export class ThreadMeter {
  readonly #counters: Counters;
  readonly #timer: NodeJS.Timeout;
  #utilization = performance.eventLoopUtilization();
  #looked = performance.now();
  /** Milliseconds. */
  #latest = 0;

  constructor(counters: Counters) {
    this.#counters = counters;
    this.#timer = setInterval(() => this.#look(), RESOLUTION).unref();
    counters[Counter.toldAt] = processTime();
  }

  tell(): void {
    this.#look();
    const counters = this.#counters;
    const utilization = performance.eventLoopUtilization();
    const since = performance.eventLoopUtilization(utilization, this.#utilization);
    this.#utilization = utilization;
    counters[Counter.busyRatio] = since.utilization;
    counters[Counter.lag] = this.#latest / 1_000;
    counters[Counter.toldAt] = processTime();
    this.#latest = 0;
  }

  /** Tells that there is nothing to tell any more. */
  stop(): void {
    clearInterval(this.#timer);
    for (const slot of [Counter.busyRatio, Counter.lag, Counter.toldAt]) this.#counters[slot] = 0;
  }

  #look(): void {
    const now = performance.now();
    this.#latest = Math.max(this.#latest, now - this.#looked - RESOLUTION);
    this.#looked = now;
  }
}

/** Milliseconds of a clock that is the same in every thread and never goes back. */
function processTime(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1e6;
}
