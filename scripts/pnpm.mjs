// Runs the pinned pnpm through npx, so that only Node and npm need to be there.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Runs `pnpm ARGS` in the workspace, with this terminal, and returns its exit code. */
export function pnpm(args, options = {}) {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', ...options.env };
  const command = ['-y', packageManager, ...args];
  const run = spawnSync('npx', command, { cwd: root, stdio: options.stdio ?? 'inherit', env });
  if (run.error) throw run.error;
  return run.status ?? 1;
}

/** Installs what the lockfile says and builds every package; ends the process on failure. */
export function setUp() {
  const steps = [
    ['install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only'],
    ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'],
  ];
  for (const step of steps) {
    const code = pnpm(step);
    if (code !== 0) {
      console.error(`gev: 'pnpm ${step.join(' ')}' failed with exit code ${code}`);
      process.exit(code);
    }
  }
}
