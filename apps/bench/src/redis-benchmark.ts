import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpuTime } from './process-facts.js';

/** What redis-benchmark is told. */
export interface RedisLoad {
  readonly port: number;
  /** The name of a test, as its option -t takes it. */
  readonly test: string;
  readonly requests: number;
  readonly connections: number;
  readonly depth: number;
}

/** Times in milliseconds, as redis-benchmark sees them, but for its own CPU time. */
export interface RedisLoadResult {
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Seconds of CPU of redis-benchmark itself: good to {@link SAMPLE}. */
  readonly loadCpuSeconds: number;
  readonly seconds: number;
}

/** Milliseconds between two looks at the CPU time of a process that cannot be asked when it is over. */
const SAMPLE = 20;

type Wrap = (command: readonly string[]) => readonly string[];

/** Runs one test to its end. @param wrap pins the process, see `Pinning` */
export async function runRedisBenchmark(load: RedisLoad, wrap: Wrap): Promise<RedisLoadResult> {
  const numbers = { p: load.port, n: load.requests, c: load.connections, P: load.depth };
  const options = Object.entries(numbers).flatMap(([name, value]) => [`-${name}`, String(value)]);
  const command = ['redis-benchmark', '-h', '127.0.0.1', '-t', load.test, '--csv', ...options];
  const [program = '', ...args] = wrap(command);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const cpu = sampleCpu(child);
  const started = performance.now();
  const [code] = await once(child, 'close');
  const seconds = (performance.now() - started) / 1_000;
  if (code !== 0 || stderr !== '') {
    throw new Error(`redis-benchmark ended with ${code}: ${stderr.trim()}`);
  }
  return { ...parseRow(stdout), loadCpuSeconds: cpu(), seconds };
}

function sampleCpu({ pid = 0 }: ChildProcess): () => number {
  let microseconds = 0;
  const timer = setInterval(() => {
    try {
      // A process that has just ended has no threads to be read.
      microseconds = Math.max(microseconds, cpuTime(pid).microseconds || 0);
    } catch {
      clearInterval(timer);
    }
  }, SAMPLE);
  return () => {
    clearInterval(timer);
    return microseconds / 1e6;
  };
}

/** `"SET","395256.91",...`: the columns are named in the first line. */
export function parseRow(csv: string): { requestsPerSecond: number; p50: number; p99: number } {
  const [head = [], row = []] = csv
    .trim()
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.replaceAll('"', '')));
  // A test that is over within the first millisecond has `inf` requests a second.
  const column = (name: string) =>
    Number(row[head.indexOf(name)]?.replace('inf', 'Infinity') ?? Number.NaN);
  const result = {
    requestsPerSecond: column('rps'),
    p50: column('p50_latency_ms'),
    p99: column('p99_latency_ms'),
  };
  if (!Object.values(result).some(Number.isNaN)) return result;
  throw new Error(`redis-benchmark printed what is not understood: ${csv.trim()}`);
}
