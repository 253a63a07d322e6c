// Idle CPU: a server with idle connections must not wake.
import { setTimeout as sleep } from 'node:timers/promises';
import { HeldConnections } from '../load-generator.js';
import { PeerProcess } from '../peer-process.js';
import { ECHO_PEERS } from '../peers.js';
import { type CpuTime, cpuTime, openDescriptors } from '../process-facts.js';
import { type Bench, type Outcome, type ReadyPeer, selectPeers } from '../scenario.js';
import { settle } from '../settle.js';
import { median } from '../statistics.js';
import { formatNumber, formatTable } from '../table.js';

/** Milliseconds after the last accept: what a runtime does once, it does then. */
const REST = 500;

export async function runIdleCpu(bench: Bench): Promise<Outcome> {
  const failures: string[] = [];
  const results: { name: string; turns: CpuTime[] }[] = [];
  for (const ready of selectPeers(ECHO_PEERS, 'speed', bench)) {
    const turns: CpuTime[] = [];
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
  const head = ['peer', 'ticks of 10 ms', 'CPU us', 'CPU %'];
  const rows = results.map(({ name, turns }) => {
    const microseconds = median(turns.map((turn) => turn.microseconds));
    return [
      name,
      formatNumber(median(turns.map((turn) => turn.ticks))),
      formatNumber(microseconds),
      formatNumber(microseconds / bench.settings.seconds / 10_000, 3),
    ];
  });
  return { table: formatTable(head, rows), data: { peers: results }, failures };
}

async function runTurn({ peer, command }: ReadyPeer, bench: Bench): Promise<CpuTime> {
  const { connections, seconds } = bench.settings;
  const server = await PeerProcess.start(command, peer.env);
  try {
    const base = openDescriptors(server.pid);
    const options = { port: server.port, connections };
    const load = await HeldConnections.open(options, bench.pinning.load);
    const full = await settle(server.pid, (count) => count >= base + connections);
    await sleep(REST);
    const from = cpuTime(server.pid);
    await sleep(seconds * 1_000);
    const to = cpuTime(server.pid);
    const lost = await load.release();
    if (full === undefined || lost > 0) throw new Error('not all connections stood');
    return { ticks: to.ticks - from.ticks, microseconds: to.microseconds - from.microseconds };
  } finally {
    await server.stop();
  }
}
