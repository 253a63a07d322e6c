import type { Address } from '@gev/core';
import type { LoopBoard } from '@gev/loop';
import { AddressCap, hostOf } from './address-cap.js';

/** How many connections a server takes. */
export interface AdmissionLimits {
  /** Connections of the whole server. */
  readonly maxConnections: number;
  /** Connections of one peer address. */
  readonly maxConnectionsPerAddress: number;
}

/** Decides who may come in, and counts who is in. */
export class Admission {
  readonly #board: LoopBoard;
  readonly #most: number;
  readonly #cap: AddressCap | undefined;

  constructor(board: LoopBoard, limits: AdmissionLimits) {
    this.#board = board;
    this.#most = limits.maxConnections;
    const each = limits.maxConnectionsPerAddress;
    // Without a limit there is nothing to count.
    this.#cap = each === Number.POSITIVE_INFINITY ? undefined : new AddressCap(each);
  }

  /** True when addresses are counted. */
  get capsAddresses(): boolean {
    return this.#cap !== undefined;
  }

  /** Counts a connection for `loop`; false when it has to be turned away. */
  enter(loop: number, peer: Address): boolean {
    if (!this.#board.enter(loop, this.#most)) return false;
    const host = hostOf(peer);
    if (this.#cap === undefined || host === undefined || this.#cap.enter(host, loop)) return true;
    this.#board.leave(loop);
    return false;
  }

  leave(loop: number, peer: Address): void {
    this.#board.leave(loop);
    this.leaveAddress(loop, hostOf(peer));
  }

  /** For a connection whose place on the board is free already. */
  leaveAddress(loop: number, host: string | undefined): void {
    if (host !== undefined) this.#cap?.leave(host, loop);
  }

  /** Takes back all of a loop that died, and returns how many they were. */
  clear(loop: number): number {
    this.#cap?.clear(loop);
    return this.#board.clear(loop);
  }
}
