import { GevError, type Timer } from '@gev/core';

/** What setTimeout can wait (2^31 - 1 ms); beyond it would fire at once. */
const LONGEST = 2 ** 31 - 1;

/** The timers of one owner, so that they can all be cancelled with it. */
export class Timers {
  readonly #armed = new Set<NodeJS.Timeout>();
  #over = false;

  /**
   * Runs `task` once in `delay` milliseconds.
   *
   * @throws GevError `ERR_GEV_INVALID_OPTION`
   */
  runAfter(delay: number, task: () => void): Timer {
    mustBeWithin('delay', delay, 0);
    return this.#arm(delay, task);
  }

  #arm(delay: number, task: () => void): Timer {
    if (this.#over) return { cancel() {} };
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
   *
   * @throws GevError `ERR_GEV_INVALID_OPTION`
   */
  runEvery(period: number, task: () => void): Timer {
    mustBeWithin('period', period, 1);
    const start = performance.now();
    let periods = 1;
    const arm = (): Timer =>
      this.#arm(start + periods * period - performance.now(), () => {
        periods = 1 + Math.max(periods, Math.floor((performance.now() - start) / period));
        timer = arm();
        task();
      });
    let timer = arm();
    return { cancel: () => timer.cancel() };
  }

  /** Cancels all, and every one that is asked for later: their owner is gone. */
  cancelAll(): void {
    this.#over = true;
    for (const timeout of this.#armed) clearTimeout(timeout);
    this.#armed.clear();
  }

  #cancel(timeout: NodeJS.Timeout): void {
    clearTimeout(timeout);
    this.#armed.delete(timeout);
  }
}

function mustBeWithin(name: string, value: number, least: number): void {
  if (value >= least && value <= LONGEST) return;
  throw new GevError(
    'ERR_GEV_INVALID_OPTION',
    `${name} is ${String(value)}: give milliseconds from ${least} to ${LONGEST}`,
  );
}
