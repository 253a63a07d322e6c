/** A moment that can be moved nearer, never further away. */
export class Deadline {
  /** Resolves when the moment has come. */
  readonly passed: Promise<void>;
  #resolve!: () => void;
  #at = Number.POSITIVE_INFINITY;
  #timeout: NodeJS.Timeout | undefined;
  #over = false;

  constructor() {
    this.passed = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Milliseconds that are left, 0 when it has passed. */
  get left(): number {
    return Math.max(0, this.#at - performance.now());
  }

  /** Sets it to `timeout` milliseconds from now, unless it is nearer already. */
  within(timeout: number): void {
    const at = performance.now() + timeout;
    if (this.#over || at >= this.#at) return;
    this.#at = at;
    clearTimeout(this.#timeout);
    this.#timeout = setTimeout(() => this.#pass(), timeout);
  }

  /** Nobody waits for it any more, or will. */
  cancel(): void {
    this.#over = true;
    clearTimeout(this.#timeout);
  }

  /** A timer may be told a fraction of a millisecond early: nothing is left all the same. */
  #pass(): void {
    this.#at = Number.NEGATIVE_INFINITY;
    this.#resolve();
  }
}
