import type { Address } from './address.js';

/** What a balancer may know of a loop. */
export interface LoopLoad {
  readonly id: number;
  /** Connections given to the loop and not yet closed, counted when they are given. */
  readonly connections: number;
}

/** Chooses the loop for a new connection. `loops` is never empty. */
export interface LoadBalancer {
  readonly name: string;
  /** Returns an index into `loops`. Called once for each accepted connection. */
  pick(loops: readonly LoopLoad[], peer: Address): number;
}
