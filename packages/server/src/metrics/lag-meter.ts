import { performance } from 'node:perf_hooks';

/** Milliseconds between two looks: waking a thread that has nothing to do costs most, and it is late least. */
const WHILE_BUSY = 20;
const WHILE_IDLE = 100;

/** From which part of the time on a thread is busy. */
const BUSY = 0.3;

/**
 * How late a thread is: what a timer of its own has to wait longer than it asked for.
 * What holds an idle thread up between two looks, for less than the time between them, is not seen.
 * (`monitorEventLoopDelay` of Node is blind right after each `reset`.)
 *
 * Thread rule: everything on the thread that is measured.
 */
export class LagMeter {
  #timer: NodeJS.Timeout;
  #due: number;
  /** Milliseconds. */
  #latest = 0;
  #utilization = performance.eventLoopUtilization();

  constructor() {
    this.#due = performance.now() + WHILE_BUSY;
    this.#timer = this.#wakeIn(WHILE_BUSY);
  }

  /** The largest lag since the last call, in milliseconds. */
  take(): number {
    const now = performance.now();
    const latest = Math.max(this.#latest, now - this.#due);
    this.#latest = 0;
    // What is told now is not told again by the look that comes late.
    this.#due = Math.max(this.#due, now);
    return latest;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    this.#latest = Math.max(this.#latest, now - this.#due);
    const utilization = performance.eventLoopUtilization();
    const since = performance.eventLoopUtilization(utilization, this.#utilization);
    this.#utilization = utilization;
    const delay = since.utilization > BUSY ? WHILE_BUSY : WHILE_IDLE;
    this.#due = now + delay;
    this.#timer = this.#wakeIn(delay);
  }

  #wakeIn(delay: number): NodeJS.Timeout {
    return setTimeout(() => this.#look(), delay).unref();
  }
}
