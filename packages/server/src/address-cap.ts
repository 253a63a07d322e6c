import type { Address } from '@gev/core';

/**
 * Counts the connections of each peer host, kept apart by loop so that those of a loop that died
 * can be taken back at once.
 */
export class AddressCap {
  readonly #most: number;
  readonly #hosts = new Map<string, Map<number, number>>();

  /** @param most connections of one host at the same time */
  constructor(most: number) {
    this.#most = most;
  }

  /** Counts one more; false, and not counted, when the host has its most. */
  enter(host: string, loop: number): boolean {
    const loops = this.#hosts.get(host) ?? new Map<number, number>();
    let total = 0;
    for (const count of loops.values()) total += count;
    if (total >= this.#most) return false;
    loops.set(loop, (loops.get(loop) ?? 0) + 1);
    this.#hosts.set(host, loops);
    return true;
  }

  leave(host: string, loop: number): void {
    const loops = this.#hosts.get(host);
    const count = loops?.get(loop) ?? 0;
    if (loops === undefined || count === 0) return;
    if (count > 1) loops.set(loop, count - 1);
    else this.#forget(host, loops, loop);
  }

  /** Takes back everything of a loop. */
  clear(loop: number): void {
    for (const [host, loops] of this.#hosts) this.#forget(host, loops, loop);
  }

  #forget(host: string, loops: Map<number, number>, loop: number): void {
    loops.delete(loop);
    if (loops.size === 0) this.#hosts.delete(host);
  }
}

/** What a peer is counted by: its IP address; undefined for unix sockets, which have none. */
export function hostOf(peer: Address): string | undefined {
  return peer.transport === 'tcp' ? peer.host : undefined;
}
