// Idle: what an idle connection costs a server in user-space memory.
import { HeldConnections } from '../load-generator.js';
import { PeerProcess } from '../peer-process.js';
import { IDLE_PEERS } from '../peers.js';
import { openDescriptors } from '../process-facts.js';
import { type Bench, type Outcome, type ReadyPeer, selectPeers } from '../scenario.js';
import type { MemoryReport } from '../serve.js';
import { settle } from '../settle.js';
import { median } from '../statistics.js';
import { formatNumber, formatTable } from '../table.js';

/** All in bytes. */
interface IdleTurn {
  readonly before: MemoryReport;
  readonly held: MemoryReport;
  /** After all connections have been closed. */
  readonly after: MemoryReport;
  readonly rssPerConnection: number;
  /** Of these, what V8's space for new objects grew by; it is empty after the collection. */
  readonly nurseryPerConnection: number;
  readonly heapPerConnection: number;
}

export async function runIdle(bench: Bench): Promise<Outcome> {
  const failures: string[] = [];
  const results: { name: string; turns: IdleTurn[] }[] = [];
  for (const ready of selectPeers(IDLE_PEERS, 'memory', bench)) {
    const turns: IdleTurn[] = [];
    for (let turn = 1; turn <= bench.settings.turns; turn++) {
      try {
        turns.push(await runTurn(ready, bench));
        bench.progress(`${ready.peer.name}: turn ${turn} of ${bench.settings.turns}`);
      } catch (error) {
        failures.push(`${ready.peer.name}: ${error instanceof Error ? error.message : error}`);
      }
    }
    results.push({ name: ready.peer.name, turns });
  }
  const head = [
    'peer',
    'RSS bytes/connection',
    'of it nursery',
    'heap+external bytes/connection',
    'RSS left MB',
  ];
  const rows = results.map(({ name, turns }) => [
    name,
    formatNumber(median(turns.map((turn) => turn.rssPerConnection))),
    formatNumber(median(turns.map((turn) => turn.nurseryPerConnection))),
    formatNumber(median(turns.map((turn) => turn.heapPerConnection))),
    formatNumber(median(turns.map(({ before, after }) => after.rss - before.rss)) / 2 ** 20, 1),
  ]);
  return { table: formatTable(head, rows), data: { peers: results }, failures };
}

async function runTurn({ peer, command }: ReadyPeer, bench: Bench): Promise<IdleTurn> {
  const { connections } = bench.settings;
  const server = await PeerProcess.start(command, peer.env);
  try {
    const before = await server.memory();
    const base = openDescriptors(server.pid);
    const options = { port: server.port, connections };
    const load = await HeldConnections.open(options, bench.pinning.load, peer.hold);
    const full = await settle(server.pid, (count) => count >= base + connections);
    const held = await server.memory();
    const lost = await load.release();
    const empty = await settle(server.pid, (count) => count <= base);
    const after = await server.memory();
    if (full === undefined) throw new Error('not all connections were accepted');
    if (lost > 0) throw new Error(`${lost} idle connections were dropped`);
    if (empty === undefined) throw new Error('descriptors stay open after all clients have left');
    const used = ({ heapUsed, external }: MemoryReport) => heapUsed + external;
    return {
      before,
      held,
      after,
      rssPerConnection: (held.rss - before.rss) / connections,
      nurseryPerConnection: (held.nursery - before.nursery) / connections,
      heapPerConnection: (used(held) - used(before)) / connections,
    };
  } finally {
    await server.stop();
  }
}
