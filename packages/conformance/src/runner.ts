/**
 * The part of a test runner that the suites need. vitest's and node:test's own `describe` and
 * `it` fit; assertions are `node:assert`, so that no runner is a dependency.
 */
export interface Runner {
  describe(name: string, body: () => void): void;
  it(name: string, body: () => void | Promise<void>): void;
}
