import type { Runner } from '../src/index.js';

/** A runner that keeps the tests, to run them against what must fail. */
export class RecordingRunner implements Runner {
  readonly #tests: { name: string; body: () => void | Promise<void> }[] = [];
  readonly #path: string[] = [];
  readonly #messages = new Map<string, string>();

  // Arrow functions, as suites take `describe` and `it` out of their runner.
  readonly describe = (name: string, body: () => void): void => {
    this.#path.push(name);
    body();
    this.#path.pop();
  };

  readonly it = (name: string, body: () => void | Promise<void>): void => {
    this.#tests.push({ name: [...this.#path, name].join(' > '), body });
  };

  get names(): string[] {
    return this.#tests.map(({ name }) => name);
  }

  /** Runs every test, one after another, and gives the names of those that failed. */
  async failures(): Promise<string[]> {
    const failed: string[] = [];
    for (const { name, body } of this.#tests) {
      try {
        await body();
      } catch (error) {
        failed.push(name);
        this.#messages.set(name, error instanceof Error ? error.message : String(error));
      }
    }
    return failed;
  }

  /** What the test whose full name ends so said when it failed; empty if it did not. */
  said(name: string): string {
    const full = this.names.find((candidate) => candidate.endsWith(name)) ?? name;
    return this.#messages.get(full) ?? '';
  }
}
