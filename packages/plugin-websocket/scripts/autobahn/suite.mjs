// Installs kosoku, which drives the case files of the Autobahn test suite on Python 3, and runs it.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ask, echo } from './peers.mjs';

const PACKAGE = 'kosoku';
const VERSION = '0.1.0';
const PYTHONS = ['python3', '/usr/bin/python3'];
/** Cases at the same time: most of the time of a case is spent waiting. */
const PARALLEL = 4;
const INDEX = 'index.json';

export const packageFolder = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = join(packageFolder, 'build', 'autobahn');

/** `{ program, name }`, or `{ missing }`: why it cannot be installed. */
export function installSuite() {
  const name = `${PACKAGE} ${VERSION}`;
  const venv = join(folder, `${PACKAGE}-${VERSION}`);
  const program = join(venv, 'bin', PACKAGE);
  if (existsSync(program)) return { program, name };
  rmSync(venv, { recursive: true, force: true });
  const reasons = [];
  for (const python of PYTHONS) {
    const reason =
      failure(python, ['-m', 'venv', venv]) ??
      failure(join(venv, 'bin', 'python'), ['-m', 'pip', ...pipArguments()]);
    if (reason === undefined) return { program, name };
    rmSync(venv, { recursive: true, force: true });
    reasons.push(reason);
  }
  return { missing: `cannot install ${name} (${reasons.join('; ')})` };
}

function pipArguments() {
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input', '--retries', '1'];
  return ['install', ...quiet, `${PACKAGE}==${VERSION}`];
}

/** What a command says when it fails. */
function failure(command, args) {
  const run = spawnSync(command, args, { encoding: 'utf8' });
  if (run.error) return `${command}: ${run.error.message}`;
  if (run.status === 0) return undefined;
  const said = (run.stderr.trim() || run.stdout.trim()).split('\n').at(-1);
  return `${command} ${args.slice(0, 2).join(' ')}: ${said}`;
}

/** The verdicts on the server at `address` (`tcp://HOST:PORT`), by case. */
export async function testServer(suite, address, cases) {
  const report = freshReport('server');
  const url = address.replace('tcp://', 'ws://');
  const more = ['--parallelism', String(PARALLEL), url];
  const child = start(suite, 'fuzzingclient', report, cases, more, 'inherit');
  await once(child, 'exit');
  return readReport(report);
}

/** The verdicts on a client with these options, by case. */
export async function testClient(suite, cases, options) {
  const report = freshReport('client');
  const child = start(suite, 'fuzzingserver', report, cases, ['127.0.0.1:0'], 'pipe');
  const exited = once(child, 'exit');
  // Passed on only when there is no report: it calls UNIMPLEMENTED a failure, which is for the summary to say.
  const said = createInterface({ input: child.stderr });
  const lines = [];
  said.on('line', (line) => lines.push(line));
  try {
    const url = await addressOf(said, exited);
    const count = Number(await ask(`${url}/getCaseCount`));
    let next = 1;
    const work = async () => {
      while (next <= count) await echo(`${url}/runCase?case=${next++}&agent=gev`, options);
    };
    await Promise.all(Array.from({ length: PARALLEL }, work));
    await echo(`${url}/updateReports?agent=gev`, options);
    await exited;
  } finally {
    child.kill();
    if (!existsSync(join(report, INDEX))) console.error(lines.join('\n'));
  }
  return readReport(report);
}

function start({ program }, mode, report, cases, more, stderr) {
  const include = cases.flatMap((id) => ['--include', id]);
  const args = ['--mode', mode, '--outdir', report, ...include, ...more];
  return spawn(program, args, { stdio: ['ignore', 'inherit', stderr] });
}

/** Where the fuzzing server listens: it says so first. */
async function addressOf(said, exited) {
  const [line] = await Promise.race([once(said, 'line'), exited]);
  const url = /ws:\/\/\S+/.exec(line)?.[0];
  if (url === undefined) throw new Error('the fuzzing server does not start');
  return url;
}

function freshReport(name) {
  const report = join(folder, 'reports', name);
  rmSync(report, { recursive: true, force: true });
  return report;
}

/** `{ '1.1.1': { behavior, behaviorClose }, ... }` of the one agent that was tested. */
function readReport(report) {
  const agents = Object.values(JSON.parse(readFileSync(join(report, INDEX), 'utf8')));
  if (agents.length !== 1) throw new Error(`${report} has ${agents.length} agents`);
  return agents[0];
}
