import { debuglog } from 'node:util';

/** What loops do, with NODE_DEBUG=gev:loop. */
export const trace = debuglog('gev:loop');

/** Milliseconds from which on a batch is told of: everything else in its thread waited for it. */
const LONG = 10;

/** @param started by `performance.now()` */
export function traceBatch(loop: number, rows: number, started: number): void {
  const took = performance.now() - started;
  if (took >= LONG) trace('loop %d: a batch of %d events took %d ms', loop, rows, Math.round(took));
}
