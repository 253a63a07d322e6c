import type { Address, LoopCounters } from '@gev/core';

/** What the endpoint's thread is started with. */
export interface WorkerSetup {
  readonly loops: readonly LoopCounters[];
  readonly address: Address;
  readonly path: string;
}

/** A word of the endpoint's thread; the first is one of the first two. */
export type Word = Listening | Failure | Clash;

export interface Listening {
  readonly kind: 'listening';
  readonly port: number;
}

/** It cannot listen or, later, could not accept somebody; the errno's name, such as `EADDRINUSE`. */
export interface Failure {
  readonly kind: 'failed';
  readonly errno: string;
  readonly syscall: string;
}

/** A series is not shown, because another loop has its name for something else. */
export interface Clash {
  readonly kind: 'clash';
  readonly name: string;
  readonly loop: string;
}

/** To the endpoint's thread: end in order. */
export type Order = 'close';
