// Redis: requests a second and server CPU a request, under redis-benchmark.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { PeerProcess } from '../peer-process.js';
import { BASELINE, REDIS_PEERS } from '../peers.js';
import { cpuTime } from '../process-facts.js';
import { type RedisLoadResult, runRedisBenchmark } from '../redis-benchmark.js';
import { whyNotRunnable } from '../redis-programs.js';
import { type Bench, type Outcome, type ReadyPeer, selectPeers } from '../scenario.js';
import { median, pairedRatio } from '../statistics.js';
import { formatNumber, formatTable } from '../table.js';

/** What `redis-benchmark -t ping,set,get` runs, one by one, so that CPU can be told apart. */
const TESTS = ['ping_inline', 'ping_mbulk', 'set', 'get'] as const;

/** Of the requests of a test, so many are sent before it is measured. */
const WARM_UP = 0.2;

const MEASURES = {
  requestsPerSecond: (result) => result.requestsPerSecond,
  cpuMicrosecondsPerRequest: (result) => (result.serverCpuSeconds / result.requests) * 1e6,
  p50: (result) => result.p50,
  p99: (result) => result.p99,
  serverBusy: (result) => result.serverCpuSeconds / result.seconds,
  loadBusy: (result) => result.loadCpuSeconds / result.seconds,
} satisfies Record<string, (result: Result) => number>;

type Measure = keyof typeof MEASURES;

interface Result extends RedisLoadResult {
  readonly requests: number;
  readonly serverCpuSeconds: number;
}

/** One peer's turns at one test, in order. A turn that failed is undefined. */
interface Series {
  readonly test: string;
  readonly peer: string;
  readonly turns: (Result | undefined)[];
}

/** Runs the peers in turn, A B C A B C, each time in a new process, which all tests are put to. */
export async function runRedis(bench: Bench): Promise<Outcome> {
  const missing = whyNotRunnable('redis-benchmark', 'redis-tools');
  if (missing !== undefined) throw new Error(missing);
  const ready = selectPeers(REDIS_PEERS, 'speed', bench);
  const series = TESTS.flatMap((test) =>
    ready.map(({ peer }): Series => ({ test, peer: peer.name, turns: [] })),
  );
  const failures: string[] = [];
  for (let turn = 1; turn <= bench.settings.turns; turn++) {
    for (const peer of ready) {
      const label = `turn ${turn} of ${bench.settings.turns}, ${peer.peer.name}`;
      const results = await runTurn(peer, bench).catch((error: unknown) => {
        failures.push(`${label}: ${error instanceof Error ? error.message : error}`);
        return new Map<string, Result>();
      });
      for (const each of series) {
        if (each.peer === peer.peer.name) each.turns.push(results.get(each.test));
      }
      bench.progress(`${label}: ${describe(results)}`);
    }
  }
  return { table: tableOf(series), data: { series: summarize(series) }, failures };
}

async function runTurn(ready: ReadyPeer, bench: Bench): Promise<Map<string, Result>> {
  const { connections, depth, requests } = bench.settings;
  const server = await PeerProcess.start(ready.command, ready.peer.env);
  try {
    await untilServed(server.port);
    const results = new Map<string, Result>();
    for (const test of TESTS) {
      const load = { port: server.port, test, connections, depth };
      const warmUp = Math.ceil(requests * WARM_UP);
      await runRedisBenchmark({ ...load, requests: warmUp }, bench.pinning.load);
      const from = cpuTime(server.pid).microseconds;
      const result = await runRedisBenchmark({ ...load, requests }, bench.pinning.load);
      const serverCpuSeconds = (cpuTime(server.pid).microseconds - from) / 1e6;
      results.set(test, { ...result, requests, serverCpuSeconds });
    }
    return results;
  } finally {
    await server.stop();
  }
}

/** Milliseconds for redis-server to get from its first line to its port. */
const PATIENCE = 5_000;

async function untilServed(port: number): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (!(await accepts(port))) {
    if (performance.now() > deadline) throw new Error(`nothing listens on port ${port}`);
    await sleep(20);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

function describe(results: ReadonlyMap<string, Result>): string {
  return [...results]
    .map(([test, result]) => {
      const cpu = MEASURES.cpuMicrosecondsPerRequest(result);
      return `${test} ${formatNumber(result.requestsPerSecond)}/s ${formatNumber(cpu, 2)} us`;
    })
    .join(', ');
}

function measure({ turns }: Series, name: Measure): number[] {
  return turns.map((turn) => (turn === undefined ? Number.NaN : MEASURES[name](turn)));
}

function middle(series: Series, name: Measure): number {
  return median(measure(series, name).filter(Number.isFinite));
}

/** How many times as good as node:net, turn by turn. */
function ratio(series: Series, all: readonly Series[], name: Measure): number {
  const base = all.find(({ test, peer }) => test === series.test && peer === BASELINE);
  if (base === undefined) return Number.NaN;
  const bases = measure(base, name);
  const pairs = measure(series, name)
    .map((value, turn) => [value, bases[turn] ?? Number.NaN] as const)
    .filter((pair) => pair.every(Number.isFinite));
  return pairedRatio(
    pairs.map(([value]) => value),
    pairs.map(([, other]) => other),
  );
}

function summarize(all: readonly Series[]) {
  const names = Object.keys(MEASURES) as Measure[];
  return all.map((series) => ({
    test: series.test,
    peer: series.peer,
    median: Object.fromEntries(names.map((name) => [name, middle(series, name)])),
    requestsToNodeNet: ratio(series, all, 'requestsPerSecond'),
    cpuToNodeNet: ratio(series, all, 'cpuMicrosecondsPerRequest'),
    turns: series.turns,
  }));
}

const HEAD = [
  ...['test, peer', 'requests/s', 'CPU us/req', 'p50 ms', 'p99 ms'],
  ...['CPU/node-net', 'reqs/node-net', 'server busy', 'load busy'],
];

function tableOf(all: readonly Series[]): string {
  const rows = summarize(all).map(({ test, peer, requestsToNodeNet, cpuToNodeNet }, index) => {
    const value = (name: Measure) => middle(all[index] as Series, name);
    return [
      `${test}, ${peer}`,
      formatNumber(value('requestsPerSecond')),
      formatNumber(value('cpuMicrosecondsPerRequest'), 3),
      formatNumber(value('p50'), 2),
      formatNumber(value('p99'), 2),
      formatNumber(cpuToNodeNet, 2),
      formatNumber(requestsToNodeNet, 2),
      `${formatNumber(value('serverBusy') * 100)} %`,
      `${formatNumber(value('loadBusy') * 100)} %`,
    ];
  });
  return formatTable(HEAD, rows);
}
