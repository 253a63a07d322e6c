import type { Address, LoopCounters } from '@gev/core';

/** What the endpoint's thread is started with. */
export interface WorkerSetup {
  readonly loops: readonly LoopCounters[];
  readonly address: Address;
  readonly path: string;
}

/** The first word of the endpoint's thread. */
export type Answer =
  | { readonly kind: 'listening'; readonly port: number }
  /** It cannot listen; the errno's name, such as `EADDRINUSE`. */
  | { readonly kind: 'failed'; readonly errno: string; readonly syscall: string };

/** Every later word: a series is not shown, because another loop has its name for something else. */
export interface Clash {
  readonly name: string;
  readonly loop: string;
}

/** To the endpoint's thread: end in order. */
export type Order = 'close';
