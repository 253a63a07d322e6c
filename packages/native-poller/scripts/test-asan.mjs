// Runs the tests on an addon built with AddressSanitizer and UndefinedBehaviorSanitizer, in a copy
// of the package, so that the ordinary build stays as it is.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeGyp, root } from './toolchain.mjs';

const workspace = join(root, '../..');
const copy = mkdtempSync(join(tmpdir(), 'gev-asan-'));
const folder = join(copy, 'packages/native-poller');

/** The runtime library of the compiler that builds the addon: $CC, or cc. */
function library(name) {
  const [command, ...flags] = (process.env.CC || 'cc').split(' ');
  const ask = [...flags, `-print-file-name=${name}`];
  const file = execFileSync(command, ask, { encoding: 'utf8' }).trim();
  // A compiler that has none gives the name back.
  if (file === name) throw new Error(`${command} has no ${name}: use gcc, and install libasan`);
  return file;
}

function copyPackage() {
  const parts = [
    'src',
    'native',
    'scripts',
    'test',
    'dist',
    'binding.gyp',
    'package.json',
    'vitest.config.ts',
  ];
  for (const name of [...parts, 'tsconfig.json', 'LICENSE']) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  for (const name of ['tsconfig.base.json', 'vitest.base.ts']) {
    cpSync(join(workspace, name), join(copy, name));
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  symlinkSync(join(workspace, 'node_modules'), join(copy, 'node_modules'));
}

function run() {
  copyPackage();
  const flags = '-fsanitize=address,undefined -fno-sanitize-recover=undefined -g -O1';
  const buildEnv = { ...process.env, CFLAGS: flags, LDFLAGS: '-fsanitize=address,undefined' };
  const built = nodeGyp(folder, ['rebuild'], buildEnv);
  if (built !== 0) return built;
  const vitest = join(workspace, 'node_modules/vitest/vitest.mjs');
  const tests = spawnSync(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
    cwd: folder,
    stdio: 'inherit',
    env: {
      ...process.env,
      LD_PRELOAD: library('libasan.so'),
      // Node itself leaves much to the process's end: leaks are valgrind's and the tests' business.
      ASAN_OPTIONS: 'detect_leaks=0:halt_on_error=1:abort_on_error=1',
      UBSAN_OPTIONS: 'print_stacktrace=1',
    },
  });
  return tests.status ?? 1;
}

try {
  process.exitCode = run();
} finally {
  rmSync(copy, { recursive: true, force: true });
}
