import type { Address, LoopCounters } from '@gev/core';

/** What the endpoint's thread is started with. */
export interface WorkerSetup {
  readonly loops: readonly LoopCounters[];
  readonly address: Address;
  readonly path: string;
}

/** From the endpoint's thread to the server's. */
export type FromWorker =
  | { readonly kind: 'listening'; readonly port: number }
  /** It cannot listen; the errno's name, such as `EADDRINUSE`. */
  | { readonly kind: 'failed'; readonly errno: string; readonly syscall: string };

/** To the endpoint's thread: end in order. */
export type ToWorker = { readonly kind: 'close' };
