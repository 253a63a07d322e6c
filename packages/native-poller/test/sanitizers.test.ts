import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'gev-sanitizers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [COMPILER = 'cc', ...COMPILER_FLAGS] = (process.env['CC'] || 'cc').split(' ');
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
const NATIVE_TESTS = ['contract', 'sockets', 'misuse', 'mailbox', 'teardown', 'hand-over'];

/** A program's run without ASLR, which older ThreadSanitizers need where the kernel moves much. */
const STILL = ['setarch', '-R'];

/** Whether a sanitizer can be used: then what its programs are run with, else why not. */
type Readiness =
  | { readonly launcher: readonly string[] }
  | { readonly obstacle: string; readonly missing: boolean };

function run(launcher: readonly string[], program: string) {
  const [command = program, ...rest] = [...launcher, program];
  return spawnSync(command, rest, { encoding: 'utf8' });
}

function compile(sanitizer: string, sources: readonly string[], program: string) {
  const flags = [...STRICT, `-fsanitize=${sanitizer}`, `-I${join(root, 'native')}`];
  const command = [...COMPILER_FLAGS, ...flags, ...sources, '-o', program];
  return spawnSync(COMPILER, command, { encoding: 'utf8' });
}

function build(sanitizer: string): Readiness | undefined {
  const source = join(folder, 'probe.c');
  writeFileSync(source, 'int main(void) { return 0; }\n');
  const { status, error, stderr } = compile(sanitizer, [source], join(folder, 'probe'));
  if (status === 0) return undefined;
  if (error) return { obstacle: `there is no ${COMPILER}`, missing: true };
  // What the linker says when the compiler is there and the runtime library is not.
  const missing = /cannot find \S*(tsan|asan)/.test(stderr);
  const why = missing ? 'its runtime library is not installed' : stderr;
  return { obstacle: `the ${sanitizer} sanitizer cannot be linked: ${why}`, missing };
}

function examine(sanitizer: string): Readiness {
  if (process.platform !== 'linux') {
    return { obstacle: `the ${sanitizer} sanitizer is used on Linux only`, missing: true };
  }
  const failed = build(sanitizer);
  if (failed) return failed;
  const program = join(folder, 'probe');
  const { status, stderr } = run([], program);
  if (status === 0) return { launcher: [] };
  if (/unexpected memory mapping/.test(stderr) && run(STILL, program).status === 0) {
    return { launcher: STILL };
  }
  return { obstacle: `the ${sanitizer} sanitizer does not run: ${stderr}`, missing: false };
}

/** Inside the sanitizers' own run of the tests there is no second one. */
const NESTED = process.env['GEV_SANITIZED'] !== undefined;

/**
 * A test with a sanitizer, skipped where that is not installed. In CI, one that is there and cannot be
 * used fails the test.
 */
function itUnder(
  sanitizer: string,
  name: string,
  timeout: number,
  body: (launcher: readonly string[]) => void,
): void {
  const found: Readiness = NESTED
    ? { obstacle: 'it runs already', missing: true }
    : examine(sanitizer);
  if ('launcher' in found) {
    it(name, { timeout }, () => body(found.launcher));
  } else if (found.missing || !process.env['CI']) {
    console.error(`skipped: ${name}: ${found.obstacle}`);
    it.skip(name, () => {});
  } else {
    it(name, () => expect.fail(found.obstacle));
  }
}

/** The parts of the addon that meet neither JavaScript nor a system's way of readiness. */
const ENGINE = [
  'accept',
  'address',
  'engine',
  'gather',
  'mail',
  'mailbox',
  'queue',
  'random',
  'slots',
  'socket_ops',
];

/** Builds a program of test/programs with parts of the addon and runs it; it tells what is wrong. */
function runNative(
  sanitizer: string,
  launcher: readonly string[],
  name: string,
  parts: readonly string[],
): void {
  const program = join(folder, `${name}-${sanitizer}`);
  const sources = [`test/programs/${name}.c`, ...parts.map((part) => `native/${part}.c`)];
  const built = compile(
    sanitizer,
    sources.map((source) => join(root, source)),
    program,
  );
  expect(built).toMatchObject({ status: 0, stderr: '' });
  const { status, stderr } = run(launcher, program);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
}

describe('sanitizers', () => {
  itUnder('thread', 'find no race in the mailbox with four senders', 60_000, (launcher) =>
    runNative('thread', launcher, 'mailbox-race', ['mailbox', 'random']),
  );

  itUnder('address', 'find no leak in the mailbox with four senders', 60_000, (launcher) =>
    runNative('address', launcher, 'mailbox-race', ['mailbox', 'random']),
  );

  itUnder('address', 'find nothing where a letter comes during the wait', 60_000, (launcher) =>
    runNative('address', launcher, 'late-letter', ENGINE),
  );

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
