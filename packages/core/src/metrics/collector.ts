import type { Logger } from '../logger.js';
import type { Counters } from './counters.js';

/** What one thread of a server counts, for readers in any thread. */
export interface LoopCounters {
  /** The loop's id, or `server` for the thread that only accepts for all loops. */
  readonly loop: string;
  /** In shared memory; the same for the server's life, also when a thread is replaced. */
  readonly counters: Counters;
}

/**
 * Shows what a server counts, from its start to its end; `metricsServer` of `@gev/metrics` is one.
 *
 * Thread rule: every member on the server's own thread.
 */
export interface MetricsCollector {
  /**
   * Called by `listen`, before the first connection; what it rejects with fails the start, and then
   * nothing of it may be left.
   *
   * @param logger for what goes wrong later
   */
  start(loops: readonly LoopCounters[], logger: Logger): Promise<void>;
  /** Called when the loops have ended. */
  close(): Promise<void>;
}
