// Connects: a storm of new connections, all served; and nothing is left of them.
import { type ConnectsResult, runConnects } from '../load-generator.js';
import { PeerProcess } from '../peer-process.js';
import { ECHO_PEERS } from '../peers.js';
import { openDescriptors } from '../process-facts.js';
import { type Bench, type Outcome, type ReadyPeer, selectPeers } from '../scenario.js';
import { settle } from '../settle.js';
import { median } from '../statistics.js';
import { formatNumber, formatTable } from '../table.js';

interface Round extends ConnectsResult {
  /** Bytes and open descriptors after all connections of the round are closed. */
  readonly rss: number;
  readonly descriptors: number;
}

interface Storms {
  readonly name: string;
  readonly descriptorsBefore: number;
  readonly rounds: readonly Round[];
}

const PEERS = ECHO_PEERS.filter(({ runtime }) => runtime !== 'c');

export async function runConnectStorms(bench: Bench): Promise<Outcome> {
  const failures: string[] = [];
  const results: Storms[] = [];
  for (const ready of selectPeers(PEERS, 'memory', bench)) {
    try {
      const storms = await runRounds(ready, bench);
      results.push(storms);
      failures.push(...failuresOf(storms));
      bench.progress(`${ready.peer.name}: ${bench.settings.rounds} rounds`);
    } catch (error) {
      failures.push(`${ready.peer.name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return { table: tableOf(results), data: { peers: results }, failures };
}

async function runRounds({ peer, command }: ReadyPeer, bench: Bench): Promise<Storms> {
  const { connections, concurrency, size, seconds } = bench.settings;
  const server = await PeerProcess.start(command, peer.env);
  try {
    const rounds: Round[] = [];
    await server.memory();
    const base = openDescriptors(server.pid);
    for (let round = 1; round <= bench.settings.rounds; round++) {
      const options = { port: server.port, connections, concurrency, size, seconds };
      const result = await runConnects(options, bench.pinning.load);
      await settle(server.pid, (count) => count <= base);
      const { rss } = await server.memory();
      rounds.push({ ...result, rss, descriptors: openDescriptors(server.pid) });
    }
    return { name: peer.name, descriptorsBefore: base, rounds };
  } finally {
    await server.stop();
  }
}

function failuresOf({ name, descriptorsBefore, rounds }: Storms): string[] {
  return rounds.flatMap(({ lost, errors, descriptors }, index) => {
    const where = `${name}, round ${index + 1}`;
    const left = descriptors - descriptorsBefore;
    return [
      ...(lost > 0 ? [`${where}: ${lost} connections were not served`] : []),
      ...(errors > 0 ? [`${where}: ${errors} wrong replies`] : []),
      ...(left > 0 ? [`${where}: ${left} descriptors stay open`] : []),
    ];
  });
}

function tableOf(results: readonly Storms[]): string {
  const head = [
    ...['peer', 'served', 'lost', 'seconds', 'connects/s', 'p50 ms', 'max ms'],
    ...['descriptors left', 'RSS MB after each round'],
  ];
  const rows = results.map(({ name, descriptorsBefore, rounds }) => {
    const middle = (of: (round: Round) => number) => median(rounds.map(of));
    const sum = (of: (round: Round) => number) => rounds.map(of).reduce((a, b) => a + b, 0);
    return [
      name,
      formatNumber(sum(({ served }) => served)),
      formatNumber(sum(({ lost }) => lost)),
      formatNumber(
        middle((round) => round.seconds),
        2,
      ),
      formatNumber(middle(({ connectsPerSecond }) => connectsPerSecond)),
      formatNumber(middle(({ latency }) => latency.p50 / 1_000)),
      formatNumber(middle(({ latency }) => latency.max / 1_000)),
      formatNumber((rounds.at(-1)?.descriptors ?? Number.NaN) - descriptorsBefore),
      rounds.map(({ rss }) => formatNumber(rss / 2 ** 20, 1)).join(' '),
    ];
  });
  return formatTable(head, rows);
}
