import type { Server } from '@gev/server';

/** How {@link stopOnSignals} goes about it. */
export interface StopOptions {
  /** Milliseconds that connections get to finish. Default 10 seconds. */
  readonly timeout?: number;
  /** Default SIGINT and SIGTERM. */
  readonly signals?: readonly NodeJS.Signals[];
  /** Told what happens, for people. Default: stderr. */
  readonly tell?: (text: string) => void;
}

/**
 * Milliseconds in which SIGINT counts once: of one Ctrl-C a program under npm hears twice, from the
 * terminal and from npm, which forwards it.
 */
const ONE_SIGNAL = 500;

/**
 * Ends a program in order: the first signal closes the server, which drains, and the process exits
 * with 0; a second one ends it at once, with 1. A SIGINT within half a second of the first signal is
 * taken for the same Ctrl-C. Call it once, after `listen`.
 */
export function stopOnSignals(
  server: Pick<Server, 'close'>,
  { timeout = 10_000, signals = ['SIGINT', 'SIGTERM'], tell = console.error }: StopOptions = {},
): void {
  let stoppingSince = 0;
  const stop = (signal: NodeJS.Signals) => {
    if (stoppingSince === 0) {
      stoppingSince = performance.now();
      tell(`${signal}: draining, once more ends at once`);
      void server.close({ timeout }).then(() => process.exit(0));
    } else if (signal !== 'SIGINT' || performance.now() - stoppingSince > ONE_SIGNAL) {
      // Also where a loop does not answer: its thread ends with the process.
      process.exit(1);
    }
  };
  for (const signal of signals) process.on(signal, stop);
}
