// The checks of `pnpm check`, each counted as one; the last line adds them to the tests' counts
// that `npm test` has left.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pnpm, root } from './pnpm.mjs';

const CHECKS = ['format:check', 'typecheck', 'arrows'];

const summary = join(root, 'test-results', 'summary.json');
const total = existsSync(summary)
  ? JSON.parse(readFileSync(summary, 'utf8'))
  : { passed: 0, failed: 1, skipped: 0 };

for (const check of CHECKS) {
  const code = pnpm(['run', check]);
  console.log(`check ${check}: ${code === 0 ? 'passed' : `failed with exit code ${code}`}`);
  total[code === 0 ? 'passed' : 'failed'] += 1;
}
if (total.skipped > 0) console.log(`${total.skipped} skipped, each with its reason above`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);
