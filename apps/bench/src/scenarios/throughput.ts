// Echo, framed, protobuf, websocket and broadcast: messages a second, server CPU a message, latency.
import { type ExchangeMode, type ExchangeResult, runExchange } from '../load-generator.js';
import { PeerProcess } from '../peer-process.js';
import {
  BASELINE,
  BROADCAST_PEERS,
  ECHO_PEERS,
  FRAMED_PEERS,
  LIMIT,
  type Peer,
  PROTOBUF_PEERS,
  WEBSOCKET_PEERS,
} from '../peers.js';
import { type Bench, type Outcome, type ReadyPeer, selectPeers } from '../scenario.js';
import { median, pairedRatio } from '../statistics.js';
import { formatNumber, formatTable } from '../table.js';

const PEERS: Readonly<Record<ExchangeMode, readonly Peer[]>> = {
  echo: ECHO_PEERS,
  framed: FRAMED_PEERS,
  protobuf: PROTOBUF_PEERS,
  websocket: WEBSOCKET_PEERS,
  broadcast: BROADCAST_PEERS,
};

/** A peer that the others are compared with. */
interface Reference {
  readonly peer: string;
  /** In the head of the table. */
  readonly title: string;
  /** At the end of the names in the results file. */
  readonly key: string;
}

const PLAIN: readonly Reference[] = [
  { peer: BASELINE, title: BASELINE, key: 'NodeNet' },
  { peer: LIMIT, title: 'C', key: 'C' },
];

const WEBSOCKET: readonly Reference[] = [
  { peer: 'ws', title: 'ws', key: 'Ws' },
  { peer: 'bun', title: 'bun', key: 'Bun' },
];

const REFERENCES: Readonly<Record<ExchangeMode, readonly Reference[]>> = {
  echo: PLAIN,
  framed: PLAIN,
  protobuf: PLAIN,
  websocket: WEBSOCKET,
  broadcast: WEBSOCKET,
};

type Measure = (turn: ExchangeResult) => number;

const MEASURES = {
  messagesPerSecond: (turn) => turn.messagesPerSecond,
  cpuMicrosecondsPerMessage: (turn) => turn.serverCpuMicrosecondsPerMessage ?? Number.NaN,
  userShare: (turn) => userShare(turn),
  p50: (turn) => turn.latency.p50,
  p99: (turn) => turn.latency.p99,
  p999: (turn) => turn.latency.p999,
  serverBusy: (turn) => (turn.serverCpuSeconds ?? Number.NaN) / turn.seconds,
  loadBusy: (turn) => turn.loadCpuSeconds / turn.seconds,
} satisfies Record<string, Measure>;

/** Of the CPU time, the part outside the kernel, 0 to 1. */
function userShare({ serverUserSeconds = 0, serverSystemSeconds = 0 }: ExchangeResult): number {
  return serverUserSeconds / (serverUserSeconds + serverSystemSeconds);
}

/** One peer's turns, in order. A turn that failed is NaN in every measure. */
interface Series {
  readonly name: string;
  readonly turns: (ExchangeResult | undefined)[];
}

/** Runs the peers in turn, A B C A B C, each time in a new process. */
export async function runThroughput(mode: ExchangeMode, bench: Bench): Promise<Outcome> {
  const ready = selectPeers(PEERS[mode], 'speed', bench);
  const series = ready.map(({ peer }): Series => ({ name: peer.name, turns: [] }));
  const failures: string[] = [];
  for (let turn = 1; turn <= bench.settings.turns; turn++) {
    for (const [index, peer] of ready.entries()) {
      const label = `turn ${turn} of ${bench.settings.turns}, ${peer.peer.name}`;
      try {
        const result = await runTurn(mode, peer, bench);
        series[index]?.turns.push(result);
        bench.progress(`${label}: ${describe(result)}`);
        const wrong = result.errors + result.lost + result.silent;
        if (wrong > 0) failures.push(`${label}: ${describeWrong(result)}`);
      } catch (error) {
        series[index]?.turns.push(undefined);
        failures.push(`${label}: ${error instanceof Error ? error.message : error}`);
        bench.progress(failures.at(-1) ?? '');
      }
    }
  }
  const references = REFERENCES[mode];
  const data = { peers: summarize(series, references) };
  return { table: tableOf(series, references), data, failures };
}

async function runTurn(
  mode: ExchangeMode,
  ready: ReadyPeer,
  bench: Bench,
): Promise<ExchangeResult> {
  const { connections, size, depth, seconds, warmup } = bench.settings;
  const server = await PeerProcess.start(ready.command, ready.peer.env);
  const { port, pid } = server;
  const options = { port, pid, connections, size, depth, seconds, warmup };
  try {
    return await runExchange(mode, options, bench.pinning.load);
  } finally {
    await server.stop();
  }
}

function describe(result: ExchangeResult): string {
  const cpu = result.serverCpuMicrosecondsPerMessage ?? Number.NaN;
  return `${formatNumber(result.messagesPerSecond)} msg/s, ${formatNumber(cpu, 3)} us CPU/msg`;
}

function describeWrong({ errors, lost, silent }: ExchangeResult): string {
  return `${errors} wrong replies, ${lost} connections lost, ${silent} without a reply`;
}

function measure({ turns }: Series, name: keyof typeof MEASURES): number[] {
  return turns.map((turn) => (turn === undefined ? Number.NaN : MEASURES[name](turn)));
}

/** Medians and ratios ignore turns that failed: those are listed apart. */
function middle(series: Series, name: keyof typeof MEASURES): number {
  return median(measure(series, name).filter(Number.isFinite));
}

function ratio(series: Series, base: Series | undefined, name: keyof typeof MEASURES): number {
  if (base === undefined) return Number.NaN;
  const pairs = measure(series, name)
    .map((value, turn) => [value, measure(base, name)[turn] ?? Number.NaN] as const)
    .filter((pair) => pair.every(Number.isFinite));
  return pairedRatio(
    pairs.map(([value]) => value),
    pairs.map(([, other]) => other),
  );
}

/** In the order of the columns: CPU and messages to each reference. */
function ratios(series: Series, all: readonly Series[], references: readonly Reference[]) {
  return Object.fromEntries(
    references.flatMap(({ peer, key }) => {
      const base = all.find(({ name }) => name === peer);
      return [
        [`cpuTo${key}`, ratio(series, base, 'cpuMicrosecondsPerMessage')],
        [`messagesTo${key}`, ratio(series, base, 'messagesPerSecond')],
      ] as const;
    }),
  );
}

function summarize(all: readonly Series[], references: readonly Reference[]) {
  const names = Object.keys(MEASURES) as (keyof typeof MEASURES)[];
  return all.map((series) => ({
    name: series.name,
    median: Object.fromEntries(names.map((name) => [name, middle(series, name)])),
    ...ratios(series, all, references),
    turns: series.turns,
  }));
}

function headOf(references: readonly Reference[]): string[] {
  return [
    ...['peer', 'messages/s', 'CPU us/msg', 'user/sys', 'p50 us', 'p99 us', 'p99.9 us'],
    ...references.flatMap(({ title }) => [`CPU/${title}`, `msgs/${title}`]),
    ...['server busy', 'load busy'],
  ];
}

function formatSplit(share: number): string {
  if (!Number.isFinite(share)) return '-';
  const user = Math.round(share * 100);
  return `${user}/${100 - user} %`;
}

function tableOf(all: readonly Series[], references: readonly Reference[]): string {
  const rows = all.map((series) => {
    const value = (name: keyof typeof MEASURES) => middle(series, name);
    return [
      series.name,
      formatNumber(value('messagesPerSecond')),
      formatNumber(value('cpuMicrosecondsPerMessage'), 3),
      formatSplit(value('userShare')),
      formatNumber(value('p50')),
      formatNumber(value('p99')),
      formatNumber(value('p999')),
      ...Object.values(ratios(series, all, references)).map((number) => formatNumber(number, 2)),
      `${formatNumber(value('serverBusy') * 100)} %`,
      `${formatNumber(value('loadBusy') * 100)} %`,
    ];
  });
  return formatTable(headOf(references), rows);
}
