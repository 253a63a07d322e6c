import { defineConfig } from 'vitest/config';

/**
 * How the tests of every package run. They wait for what must come, not for a time to pass, so
 * patience costs nothing where all is well, and a machine that is busy or slow fails no test.
 */
export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 10_000 } },
  },
});
