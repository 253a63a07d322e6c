// Loops: how fast a connection comes to its loop, how even bursts and work are spread over two.
import { once } from 'node:events';
import { connect } from 'node:net';
import { runConnects, runExchange } from '../load-generator.js';
import { PeerProcess } from '../peer-process.js';
import { commandOf, type Peer } from '../peers.js';
import type { Bench, Outcome } from '../scenario.js';
import { median } from '../statistics.js';
import { formatNumber, formatTable } from '../table.js';

const BALANCERS = ['round-robin', 'least-connections'] as const;

/** Connections that are timed, one after the other on an idle server. */
const TIMED = 500;

interface Found {
  readonly balancer: string;
  /** Microseconds from the choice of a loop to `onConnect` there. */
  readonly handOff: { readonly median: number; readonly p99: number };
  /** How far the loop with most is above an even share, 0 to 1. */
  readonly burstUnevenness: number;
  readonly workUnevenness: number;
  readonly burst: readonly number[];
  readonly messages: readonly number[];
  readonly lost: number;
}

export async function runLoops(bench: Bench): Promise<Outcome> {
  const found: Found[] = [];
  const failures: string[] = [];
  for (const balancer of BALANCERS) {
    try {
      found.push(await runBalancer(balancer, bench));
      bench.progress(`${balancer}: ${JSON.stringify(found.at(-1))}`);
    } catch (error) {
      failures.push(`${balancer}: ${error instanceof Error ? error.message : error}`);
    }
  }
  for (const { balancer, lost } of found) {
    if (lost > 0) failures.push(`${balancer}: ${lost} connections were lost`);
  }
  return { table: tableOf(found), data: { balancers: found }, failures };
}

async function runBalancer(balancer: string, bench: Bench): Promise<Found> {
  const peer: Peer = { name: balancer, runtime: 'node', server: 'gev-loops' };
  const command = commandOf(peer, 'speed');
  if ('reason' in command) throw new Error(command.reason);
  // Not pinned: the loops are to have the cores that there are.
  const server = await PeerProcess.start(command, { GEV_POLLER: 'native', BALANCER: balancer });
  try {
    const { port } = server;
    const { connections, concurrency, size, seconds } = bench.settings;
    await oneByOne(port, TIMED);
    const { waits } = await server.loops();
    const storm = await runConnects({ port, connections, concurrency, size, seconds }, asItIs);
    const burst = (await server.loops()).loops;
    const load = await runExchange('echo', { port, connections: 100, size, seconds: 3 }, asItIs);
    const work = (await server.loops()).loops;
    return {
      balancer,
      handOff: { median: median(waits), p99: percentile(waits, 0.99) },
      burstUnevenness: unevenness(burst.map(({ connected }) => connected)),
      workUnevenness: unevenness(work.map(({ messages }) => messages)),
      burst: burst.map(({ connected }) => connected),
      messages: work.map(({ messages }) => messages),
      lost: storm.lost + load.lost + load.silent,
    };
  } finally {
    await server.stop();
  }
}

async function oneByOne(port: number, count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    // The echo tells that it has arrived; the pause after it, that the server is idle again.
    socket.write('x');
    await once(socket, 'data');
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

function unevenness(shares: readonly number[]): number {
  const sum = shares.reduce((one, other) => one + other, 0);
  return Math.max(...shares) / (sum / shares.length) - 1;
}

function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
}

const asItIs = (command: readonly string[]): readonly string[] => command;

function tableOf(found: readonly Found[]): string {
  const head = ['balancer', 'hand-off us', 'p99 us', 'burst uneven', 'work uneven', 'lost'];
  const percent = (part: number) => `${formatNumber(part * 100, 2)} %`;
  const rows = found.map((one) => [
    one.balancer,
    formatNumber(one.handOff.median),
    formatNumber(one.handOff.p99),
    percent(one.burstUnevenness),
    percent(one.workUnevenness),
    formatNumber(one.lost),
  ]);
  return formatTable(head, rows);
}
