// `npm test`: installs, builds and tests every package; the last line counts the tests.
// `--nightly` runs the long forms: GEV_TEST_NIGHTLY=1 tells the tests.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { conclude } from './conclude.mjs';
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

const total = { passed: 0, skipped: 0, failures: [] };
for (const path of packages) {
  const result = resultOf(path);
  total.passed += result.passed;
  total.skipped += result.skipped;
  total.failures.push(...result.failures);
}
// A failure that no test shows, such as a crash of the runner, must not look green.
if (code !== 0 && total.failures.length === 0) total.failures.push(`npm test: exit code ${code}`);

mkdirSync(join(root, 'test-results'), { recursive: true });
writeFileSync(join(root, 'test-results', 'summary.json'), JSON.stringify(total));
conclude(total);

/** One package; a missing report and a file that could not be loaded count as failures. */
function resultOf(path) {
  const report = join(path, RESULT);
  if (!existsSync(report)) {
    return { passed: 0, skipped: 0, failures: [`${relative(root, path)}: no report of its tests`] };
  }
  const result = JSON.parse(readFileSync(report, 'utf8'));
  return {
    passed: result.numPassedTests,
    skipped: result.numPendingTests + result.numTodoTests,
    failures: result.testResults.flatMap(failuresOf),
  };
}

/** What failed in one file, each as `file: test: first line of its message`. */
function failuresOf(file) {
  const name = relative(root, file.name);
  const failed = file.assertionResults.filter((test) => test.status === 'failed');
  if (failed.length === 0 && file.status === 'failed')
    return [`${name}: ${firstLine(file.message)}`];
  return failed.map((test) => `${name}: ${test.fullName}: ${firstLine(test.failureMessages[0])}`);
}

function firstLine(text = '') {
  return text.split('\n', 1)[0];
}
