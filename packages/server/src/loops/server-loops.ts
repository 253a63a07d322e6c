import type { Address, BroadcastFilter, LoopCounters, LoopReference } from '@gev/core';

/**
 * Where the connections of a server live: in one loop on the server's own thread, or in several
 * on worker threads.
 *
 * Thread rule: everything on the server's thread.
 */
export interface ServerLoops<Out> {
  readonly references: readonly LoopReference[];
  /** What each thread counts, from the start on. */
  readonly counters: readonly LoopCounters[];
  /** Connections of all loops. */
  readonly connections: number;
  /** Loads the handler and opens every address, or none; nobody is let in before all is ready. */
  listen(addresses: readonly Address[]): Promise<readonly Address[]>;
  send(connection: number, message: Out): boolean;
  /** False when a loop could not be told. */
  broadcast(message: Out, filter?: BroadcastFilter): boolean;
  /** Drains; called again, it can only become shorter. */
  close(timeout: number): Promise<void>;
}

/** What the loops tell the server. */
export interface ServerLoopsEvents {
  /** A loop posted a value to the server. */
  onPost(value: unknown, from: number): void;
  /** The thread of a loop died; its connections are closed. It is started again after `restartIn` ms. */
  onLoopExit(loop: number, error: Error, restartIn: number): void;
  /** A loop that had died takes connections again. */
  onLoopStart(loop: number): void;
}
