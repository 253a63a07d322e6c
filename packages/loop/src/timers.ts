import type { Timer } from '@gev/core';

/** The timers of one owner, so that they can all be cancelled with it. */
export class Timers {
  readonly #armed = new Set<NodeJS.Timeout>();

  /** Runs `task` once in `delay` milliseconds. */
  runAfter(delay: number, task: () => void): Timer {
    const timeout = setTimeout(() => {
      this.#armed.delete(timeout);
      task();
    }, delay);
    this.#armed.add(timeout);
    return { cancel: () => this.#cancel(timeout) };
  }

  /**
   * Runs `task` every `period` milliseconds. Each run is aimed at the start plus a whole number
   * of periods, so lateness does not add up; periods that were missed whole are left out.
   */
  runEvery(period: number, task: () => void): Timer {
    const start = performance.now();
    let periods = 1;
    const arm = (): Timer =>
      this.runAfter(start + periods * period - performance.now(), () => {
        periods = 1 + Math.max(periods, Math.floor((performance.now() - start) / period));
        timer = arm();
        task();
      });
    let timer = arm();
    return { cancel: () => timer.cancel() };
  }

  cancelAll(): void {
    for (const timeout of this.#armed) clearTimeout(timeout);
    this.#armed.clear();
  }

  #cancel(timeout: NodeJS.Timeout): void {
    clearTimeout(timeout);
    this.#armed.delete(timeout);
  }
}
