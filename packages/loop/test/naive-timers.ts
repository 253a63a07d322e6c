/** A timer of {@link NaiveTimers}. */
export interface NaiveTimer {
  readonly task: () => void;
  due: number;
  order: number;
}

/** What a timing wheel promises, done the slow way: look through a list for who is next. */
export class NaiveTimers {
  readonly #tick: number;
  readonly #onError: (error: unknown) => void;
  readonly #waiting = new Set<NaiveTimer>();
  #target = 0;
  #orders = 0;

  constructor(tick: number, onError: (error: unknown) => void) {
    this.#tick = tick;
    this.#onError = onError;
  }

  get armed(): number {
    return this.#waiting.size;
  }

  /** When the first timer is due, in milliseconds. */
  get earliest(): number | undefined {
    const due = this.#first()?.due;
    return due === undefined ? undefined : due * this.#tick;
  }

  arm(deadline: number, task: () => void): NaiveTimer {
    const timer = { task, due: 0, order: 0 };
    this.rearm(timer, deadline);
    return timer;
  }

  rearm(timer: NaiveTimer, deadline: number): void {
    timer.due = Math.max(Math.ceil(deadline / this.#tick), this.#target + 1);
    timer.order = this.#orders++;
    this.#waiting.add(timer);
  }

  cancel(timer: NaiveTimer): void {
    this.#waiting.delete(timer);
  }

  advance(now: number): void {
    this.#target = Math.max(this.#target, Math.floor(now / this.#tick));
    for (let timer = this.#first(); timer; timer = this.#first()) {
      if (timer.due > this.#target) return;
      this.#waiting.delete(timer);
      try {
        timer.task();
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  #first(): NaiveTimer | undefined {
    let first: NaiveTimer | undefined;
    for (const timer of this.#waiting) {
      const earlier =
        first === undefined ||
        timer.due < first.due ||
        (timer.due === first.due && timer.order < first.order);
      if (earlier) first = timer;
    }
    return first;
  }
}
