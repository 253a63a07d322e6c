import { commandOf, type Peer, type Purpose } from './peers.js';
import type { Pinning } from './pinning.js';
import { type Settings, UsageError } from './settings.js';

/** What a scenario gets. */
export interface Bench {
  readonly settings: Settings;
  readonly pinning: Pinning;
  /** Tells people how far it is (stderr). */
  progress(text: string): void;
}

/** What a scenario found. */
export interface Outcome {
  /** For people. */
  readonly table: string;
  /** For programs; goes into the results file. */
  readonly data: object;
  /** What should not have happened: each a sentence. The bench then exits with 1. */
  readonly failures: readonly string[];
}

/** A peer that can be started. */
export interface ReadyPeer {
  readonly peer: Peer;
  readonly command: readonly string[];
}

/**
 * The peers that `--peers` names, else those that run by default; one that cannot be started is
 * left out, with its reason told.
 *
 * @throws UsageError when a name is not there
 */
export function selectPeers(all: readonly Peer[], purpose: Purpose, bench: Bench): ReadyPeer[] {
  const { peers: wanted } = bench.settings;
  const unknown = wanted.find((name) => !all.some((peer) => peer.name === name));
  if (unknown !== undefined) {
    const names = all.map((peer) => peer.name).join(', ');
    throw new UsageError(`--peers: there is no '${unknown}' in this scenario: give of ${names}`);
  }
  const chosen = all.filter((peer) =>
    wanted.length > 0 ? wanted.includes(peer.name) : peer.onRequest !== true,
  );
  return chosen.flatMap((peer) => {
    const command = commandOf(peer, purpose);
    if (!('reason' in command)) return [{ peer, command: bench.pinning.server(command) }];
    bench.progress(`${peer.name} is left out: ${command.reason}`);
    return [];
  });
}
