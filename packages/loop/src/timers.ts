import { AsyncResource } from 'node:async_hooks';
import { GevError, printable, type Timer } from '@gev/core';
import { TimingWheel } from './timing-wheel.js';
import { WheelTimer } from './wheel-timer.js';

/** What setTimeout can wait (2^31 - 1 ms); beyond it would fire at once. */
const LONGEST = 2 ** 31 - 1;

export interface TimersOptions {
  /** Milliseconds of a clock that never goes back; default `performance.now`. */
  readonly clock?: () => number;
  /** Length of a tick in milliseconds, above 0; default 1. Deadlines are rounded up to a tick. */
  readonly tick?: number;
  /**
   * Gets what a task throws. Default: the process hears of it by 'uncaughtException', as of what
   * a task of setTimeout throws, when the other tasks that are due have run.
   */
  readonly onError?: (error: unknown) => void;
  /** What wakes the timers after `delay` whole milliseconds (1 to 2^31 - 1); default setTimeout. */
  readonly setTimer?: (wake: () => void, delay: number) => Timer;
}

/**
 * The timers of one owner, so that they can all be cancelled with it. However many there are, they
 * hold one setTimeout, and none while none is armed: only armed ones keep the process alive.
 *
 * Tasks run in the async context (AsyncLocalStorage) in which the `Timers` were made, because one
 * wake-up runs the tasks of many; `AsyncResource.bind` takes another one along.
 *
 * Thread rule: every member only on the thread that made it.
 */
export class Timers {
  readonly #clock: () => number;
  readonly #setTimer: (wake: () => void, delay: number) => Timer;
  readonly #wheel: TimingWheel;
  readonly #wake: () => void;
  #waiting: Timer | undefined;
  /** When `#waiting` wakes; what is due earlier needs another one. */
  #wakeAt = Number.POSITIVE_INFINITY;
  #awake = false;
  #over = false;

  /** @throws GevError `ERR_GEV_INVALID_OPTION` */
  constructor(options: TimersOptions = {}) {
    this.#clock = options.clock ?? (() => performance.now());
    this.#setTimer = options.setTimer ?? setTimeoutTimer;
    this.#wheel = new TimingWheel({
      tick: options.tick ?? 1,
      now: this.#clock(),
      onError: options.onError ?? rethrow,
      onEmpty: () => this.#sleep(),
    });
    this.#wake = AsyncResource.bind(() => this.#run());
  }

  /** Timers that wait for their time. */
  get armed(): number {
    return this.#wheel.armed;
  }

  /**
   * Runs `task` once in `delay` milliseconds; with 0, in the next tick.
   *
   * @throws GevError `ERR_GEV_INVALID_OPTION`
   */
  runAfter(delay: number, task: () => void): WheelTimer {
    mustBeWithin('delay', delay, 0);
    mustBeTask(task);
    const timer = new WheelTimer(this.#wheel, task);
    this.#arm(timer, this.#clock() + delay);
    return timer;
  }

  /**
   * Runs `task` every `period` milliseconds. Each run is aimed at the start plus a whole number
   * of periods, so lateness does not add up; periods that were missed whole are left out.
   *
   * @throws GevError `ERR_GEV_INVALID_OPTION`
   */
  runEvery(period: number, task: () => void): Timer {
    mustBeWithin('period', period, 1);
    mustBeTask(task);
    const start = this.#clock();
    let periods = 1;
    const timer = new WheelTimer(this.#wheel, () => {
      periods = 1 + Math.max(periods, Math.floor((this.#clock() - start) / period));
      // Before the task, so that it can cancel itself and goes on when it throws.
      this.#arm(timer, start + periods * period);
      task();
    });
    this.#arm(timer, start + period);
    return timer;
  }

  /**
   * Lets the task of a timer from `runAfter` run in `delay` milliseconds from now, whether the
   * timer waits, has run or was cancelled. Allocates nothing.
   *
   * A deadline that moves with every message is cheapest as a time that its owner notes; when the
   * timer runs, it is armed again for what is left.
   *
   * @throws GevError `ERR_GEV_INVALID_OPTION`
   */
  rearm(timer: WheelTimer, delay: number): void {
    mustBeWithin('delay', delay, 0);
    this.#arm(timer, this.#clock() + delay);
  }

  /** Cancels all, and every one that is asked for later: their owner is gone. */
  cancelAll(): void {
    this.#over = true;
    this.#wheel.cancelAll();
    this.#sleep();
  }

  #arm(timer: WheelTimer, deadline: number): void {
    if (this.#over) return;
    this.#wheel.rearm(timer, deadline);
    // Inside of #run the next wake-up is chosen at its end.
    if (!this.#awake) this.#wakeBy(this.#wheel.dueAt(timer));
  }

  #run(): void {
    this.#waiting = undefined;
    this.#wakeAt = Number.POSITIVE_INFINITY;
    this.#awake = true;
    try {
      this.#wheel.advance(this.#clock());
    } finally {
      this.#awake = false;
      const next = this.#wheel.next();
      if (next !== undefined) this.#wakeBy(next);
    }
  }

  #wakeBy(time: number): void {
    if (time >= this.#wakeAt) return;
    this.#waiting?.cancel();
    this.#wakeAt = time;
    // At least 1, also where the clock stands still; woken too early, #run waits for the rest.
    const delay = Math.max(1, Math.min(LONGEST, Math.ceil(time - this.#clock())));
    this.#waiting = this.#setTimer(this.#wake, delay);
  }

  #sleep(): void {
    this.#waiting?.cancel();
    this.#waiting = undefined;
    this.#wakeAt = Number.POSITIVE_INFINITY;
  }
}

function setTimeoutTimer(wake: () => void, delay: number): Timer {
  const timeout = setTimeout(wake, delay);
  return { cancel: () => clearTimeout(timeout) };
}

/** Each error by itself, and none before the tasks that are due have had their turn. */
function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

function mustBeWithin(name: string, value: number, least: number): void {
  if (typeof value === 'number' && value >= least && value <= LONGEST) return;
  throw new GevError(
    'ERR_GEV_INVALID_OPTION',
    `${name} is ${printable(value)}: give milliseconds from ${least} to ${LONGEST}`,
  );
}

function mustBeTask(task: unknown): void {
  if (typeof task === 'function') return;
  throw new GevError('ERR_GEV_INVALID_OPTION', `task is of type ${typeof task}: give a function`);
}
