/** Who has a deadline. */
export interface Swept {
  /** Looks at the time (milliseconds, of a clock that never goes back); false to be left alone. */
  onSweep(now: number): boolean;
}

/** How late a deadline may be told, as a part of the shortest time-out, and in milliseconds. */
const PARTS = 8;
const MOST_LATE = 1000;
const LEAST = 5;
/** A look that is later than this, in milliseconds, comes after a stall of the thread. */
const STALL = 20;

/**
 * Deadlines of all connections of an endpoint behind one timer, which only runs while there are any.
 * To arm and to disarm one costs an insertion into a set; looking at all of them costs some
 * nanoseconds each, a few times in the shortest time-out.
 *
 * A stall of the thread is no peer's fault: what came meanwhile has not been read yet when the timer
 * runs. So a look that comes late is put off once, by a period.
 */
export class Sweep {
  readonly #period: number;
  readonly #members = new Set<Swept>();
  #timer: NodeJS.Timeout | undefined = undefined;
  /** When the timer should run. */
  #due = 0;
  #wasPutOff = false;

  /** @param timeouts in milliseconds; 0 is none */
  constructor(timeouts: readonly number[]) {
    const shortest = Math.min(...timeouts.filter((timeout) => timeout > 0));
    this.#period = Math.min(MOST_LATE, Math.max(LEAST, Math.floor(shortest / PARTS)));
  }

  /** Members that are looked at. */
  get size(): number {
    return this.#members.size;
  }

  add(member: Swept): void {
    this.#members.add(member);
    if (this.#timer === undefined) this.#arm();
  }

  remove(member: Swept): void {
    this.#members.delete(member);
  }

  #arm(): void {
    this.#due = performance.now() + this.#period;
    this.#timer = setTimeout(() => this.#run(), this.#period).unref();
  }

  #run(): void {
    this.#timer = undefined;
    const now = performance.now();
    this.#wasPutOff = !this.#wasPutOff && now - this.#due > STALL;
    if (this.#wasPutOff) {
      this.#arm();
      return;
    }
    for (const member of this.#members) {
      if (!member.onSweep(now)) this.#members.delete(member);
    }
    if (this.#members.size > 0 && this.#timer === undefined) this.#arm();
  }
}
