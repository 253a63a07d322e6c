// The checks of `pnpm check`, each counted as one; the last line adds them to the tests' counts
// that `npm test` has left.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conclude } from './conclude.mjs';
import { pnpm, root } from './pnpm.mjs';

const CHECKS = ['format:check', 'typecheck', 'arrows'];

const summary = join(root, 'test-results', 'summary.json');
const total = existsSync(summary)
  ? JSON.parse(readFileSync(summary, 'utf8'))
  : { passed: 0, skipped: 0, failures: ['npm test: it left no summary'] };

for (const check of CHECKS) {
  const code = pnpm(['run', check]);
  console.log(`check ${check}: ${code === 0 ? 'passed' : `failed with exit code ${code}`}`);
  if (code === 0) total.passed += 1;
  else total.failures.push(`check ${check}: exit code ${code}`);
}
conclude(total);
