import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'gev-sanitizers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const COMPILER = process.env['CC'] ?? 'gcc';
const STRICT = [
  '-std=c11',
  '-D_GNU_SOURCE',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-g',
  '-O1',
  '-pthread',
];

/** Where everything that is native runs; the kqueue flavour, under libkqueue, is not ours alone. */
const NATIVE_TESTS = ['contract', 'sockets', 'misuse', 'teardown', 'hand-over'];

function compile(sanitizer: string, sources: readonly string[], program: string) {
  const flags = [...STRICT, `-fsanitize=${sanitizer}`, `-I${join(root, 'native')}`];
  return spawnSync(COMPILER, [...flags, ...sources, '-o', program], { encoding: 'utf8' });
}

/** Why nothing can be tested with the sanitizer; undefined when it can. */
function obstacleTo(sanitizer: string): string | undefined {
  if (process.platform !== 'linux') return `the ${sanitizer} sanitizer is used on Linux only`;
  const source = join(folder, 'probe.c');
  const program = join(folder, 'probe');
  writeFileSync(source, 'int main(void) { return 0; }\n');
  const built = compile(sanitizer, [source], program);
  if (built.status !== 0) return `${COMPILER} cannot build with the ${sanitizer} sanitizer`;
  const ran = spawnSync(program, { encoding: 'utf8' });
  return ran.status === 0 ? undefined : `the ${sanitizer} sanitizer does not run: ${ran.stderr}`;
}

/** Inside the sanitizers' own run of the tests there is no second one. */
const NESTED = process.env['GEV_SANITIZED'] !== undefined;

function itUnder(sanitizer: string, name: string, timeout: number, body: () => void): void {
  const obstacle = NESTED ? 'it runs already' : obstacleTo(sanitizer);
  if (obstacle !== undefined) console.error(`skipped: ${name}: ${obstacle}`);
  it.skipIf(obstacle !== undefined)(name, { timeout }, body);
}

describe('sanitizers', () => {
  itUnder('thread', 'find no race in the mailbox with four senders', 60_000, () => {
    const program = join(folder, 'mailbox-race');
    const sources = ['test/programs/mailbox-race.c', 'native/mailbox.c', 'native/random.c'];
    const built = compile(
      'thread',
      sources.map((source) => join(root, source)),
      program,
    );
    expect(built).toMatchObject({ status: 0, stderr: '' });
    const { status, stderr } = spawnSync(program, { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  itUnder('address', 'find nothing in the native tests', 300_000, () => {
    const script = join(root, 'scripts/test-asan.mjs');
    const tests = NATIVE_TESTS.map((name) => `test/${name}.test.ts`);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [script, ...tests, '-t', '^(?!.*kqueue)'],
      {
        encoding: 'utf8',
        env: { ...process.env, GEV_SANITIZED: '1', NO_COLOR: '1', FORCE_COLOR: '0' },
      },
    );
    expect(status, `${stdout}\n${stderr}`).toBe(0);
    expect(stdout).toMatch(/Tests +\d+ passed/);
  });
});
