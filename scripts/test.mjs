// `npm test`: installs, builds and tests every package; the last line counts the tests.
// `--nightly` runs the long forms: GEV_TEST_NIGHTLY=1 tells the tests.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pnpm, root, setUp } from './pnpm.mjs';

const RESULT = join('test-results', 'vitest.json');

const packages = ['packages', 'apps', 'templates']
  .flatMap((group) => readdirSync(join(root, group)).map((name) => join(root, group, name)))
  .filter((path) => existsSync(join(path, 'test')));

rmSync(join(root, 'test-results'), { recursive: true, force: true });
for (const path of packages) rmSync(join(path, 'test-results'), { recursive: true, force: true });

setUp();

const env = process.argv.includes('--nightly') ? { GEV_TEST_NIGHTLY: '1' } : {};
const code = pnpm(
  [
    ...['exec', 'turbo', 'run', 'test', '--continue', '--concurrency=1', '--output-logs=full'],
    ...['--', '--reporter=default', '--reporter=json', `--outputFile=${RESULT}`],
  ],
  { env },
);

const total = { passed: 0, failed: 0, skipped: 0 };
for (const path of packages) {
  const counts = countsOf(join(path, RESULT));
  for (const name of Object.keys(total)) total[name] += counts[name];
}
// A failure that no test shows, such as a crash of the runner, must not look green.
if (code !== 0 && total.failed === 0) total.failed = 1;

mkdirSync(join(root, 'test-results'), { recursive: true });
writeFileSync(join(root, 'test-results', 'summary.json'), JSON.stringify(total));
if (total.skipped > 0) console.log(`${total.skipped} skipped, each with its reason above`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);

/** Counts of one package; a missing report and a file that could not be loaded count as failed. */
function countsOf(report) {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const result = JSON.parse(readFileSync(report, 'utf8'));
  const unloaded = result.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((t) => t.status === 'failed'),
  );
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests + unloaded.length,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}
