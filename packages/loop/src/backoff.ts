/** How waits grow; see {@link Backoff}. */
export interface BackoffOptions {
  /** Milliseconds of the first wait. */
  readonly minDelay: number;
  /** Milliseconds that no wait exceeds. */
  readonly maxDelay: number;
  /** What each wait is multiplied with for the next. Default 2. */
  readonly factor?: number;
  /** The part of a wait that is random, 0 to 1, so that many do not come back at once. Default 0.5. */
  readonly jitter?: number;
  /** Default Math.random. */
  readonly random?: () => number;
}

/** Waits between tries that grow exponentially, with jitter. */
export class Backoff {
  /** Waits given since the last success. */
  attempts = 0;
  readonly #options: Required<BackoffOptions>;

  constructor(options: BackoffOptions) {
    this.#options = { factor: 2, jitter: 0.5, random: Math.random, ...options };
  }

  /** Milliseconds until the next try. */
  next(): number {
    const { minDelay, maxDelay, factor, jitter, random } = this.#options;
    const whole = Math.min(maxDelay, minDelay * factor ** this.attempts);
    this.attempts += 1;
    return whole * (1 - jitter * random());
  }

  /** After a success: the next wait is the first again. */
  reset(): void {
    this.attempts = 0;
  }
}
