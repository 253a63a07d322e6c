import { existsSync } from 'node:fs';
import { configDefaults, defineConfig, mergeConfig } from 'vitest/config';
import base from '../../vitest.base.js';

// A machine that cannot build the addon (its build has said what is missing) tests only how its
// absence is told. A binary that is there and does not load must fail, not be passed over.
const built = existsSync(new URL('build/Release/gev_poller.node', import.meta.url));
const absence = 'test/absence.test.ts';
if (!built) console.error('skipped: the tests of the native poller: it was not built');

export default mergeConfig(
  base,
  defineConfig({
    test: built ? { exclude: [...configDefaults.exclude, absence] } : { include: [absence] },
  }),
);
