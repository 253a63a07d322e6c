/** The connections whose `onClose` has not run, and a way to wait for the last of them. */
export class OpenConnections<Member> {
  readonly #members = new Set<Member>();
  #waiting: (() => void)[] = [];

  get size(): number {
    return this.#members.size;
  }

  add(member: Member): void {
    this.#members.add(member);
  }

  /** Returns false when it was not there any more. */
  delete(member: Member): boolean {
    const was = this.#members.delete(member);
    if (was && this.#members.size === 0) {
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const wake of waiting) wake();
    }
    return was;
  }

  [Symbol.iterator](): Iterator<Member> {
    return this.#members.values();
  }

  /** Resolves when none is left, or after `timeout` milliseconds. */
  async drained(timeout: number): Promise<void> {
    if (this.#members.size === 0) return;
    await new Promise<void>((resolve) => {
      const deadline = setTimeout(resolve, timeout);
      this.#waiting.push(() => {
        clearTimeout(deadline);
        resolve();
      });
    });
  }
}
