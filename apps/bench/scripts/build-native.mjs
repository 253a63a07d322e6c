// Builds the load generator and the C echo server into build/. Without a C compiler, or where
// there is no epoll, it says so and succeeds: the runner then refuses with a reason.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const FLAGS = ['-std=c11', '-D_GNU_SOURCE', '-O2', '-g', '-Wall', '-Wextra', '-Werror'];

const SHARED = ['fail.c', 'network.c'];
const PROGRAMS = {
  load: [
    ...['load.c', 'options.c', 'histogram.c', 'pattern.c', 'protobuf.c', 'websocket.c'],
    ...['server-cpu.c', 'report.c', 'exchange.c', 'broadcast.c', 'hold.c', 'connects.c'],
    ...SHARED,
  ],
  'epoll-echo': ['epoll-echo.c', ...SHARED],
};

/** The first compiler that answers, as command and first arguments, or undefined. */
function findCompiler() {
  const names = process.env.CC ? [process.env.CC] : ['cc', 'gcc', 'clang'];
  return names
    .map((name) => name.split(' '))
    .find(([command, ...first]) => {
      return spawnSync(command, [...first, '--version'], { stdio: 'ignore' }).status === 0;
    });
}

function compile([command, ...first], program, sources) {
  const files = sources.map((name) => join(root, 'native', name));
  const output = ['-o', join(root, 'build', program)];
  const run = spawnSync(command, [...first, ...FLAGS, ...files, ...output], { stdio: 'inherit' });
  return run.status ?? 1;
}

function build() {
  if (process.platform !== 'linux') {
    console.log('bench: the load generator needs epoll, so Linux; it is not built');
    return 0;
  }
  const compiler = findCompiler();
  if (compiler === undefined) {
    console.log('bench: no C compiler found, the load generator is not built');
    return 0;
  }
  mkdirSync(join(root, 'build'), { recursive: true });
  const statuses = Object.entries(PROGRAMS).map((entry) => compile(compiler, ...entry));
  return statuses.find((status) => status !== 0) ?? 0;
}

process.exitCode = build();
