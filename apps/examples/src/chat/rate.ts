/** So many at once, then so many a second. */
export class Rate {
  #left: number;
  #at: number | undefined = undefined;

  constructor(
    readonly burst: number,
    readonly perSecond: number,
  ) {
    this.#left = burst;
  }

  /**
   * Takes one; false when there is none left.
   *
   * @param now milliseconds of a clock that never goes back
   */
  take(now: number): boolean {
    const gained = ((now - (this.#at ?? now)) * this.perSecond) / 1_000;
    this.#at = now;
    this.#left = Math.min(this.burst, this.#left + gained);
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
