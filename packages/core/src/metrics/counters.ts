import { CLOSE_REASONS, type CloseReason } from '../close-reason.js';

/** Slots of a loop's counters. New ones go to the end, before the reasons. */
export const Counter = {
  connectionsOpened: 0,
  connectionsClosed: 1,
  acceptErrors: 2,
  bytesReceived: 3,
  bytesSent: 4,
  messagesReceived: 5,
  messagesSent: 6,
  batches: 7,
  events: 8,
  readPauses: 9,
  /** Turned away by `maxConnections` or `maxConnectionsPerAddress`. */
  connectionsRejected: 10,
} as const;

const COUNTERS = Object.keys(Counter).length;

/**
 * The metrics hook: a loop adds to these slots and calls nobody, so that counting costs one
 * addition, and a reader in any thread may sum them when asked. One array a loop, one writer.
 */
export type Counters = Float64Array;

/** Makes a loop's counters, in shared memory so that another thread can read them. */
export function createCounters(): Counters {
  const bytes = (COUNTERS + CLOSE_REASONS.length) * Float64Array.BYTES_PER_ELEMENT;
  return new Float64Array(new SharedArrayBuffer(bytes));
}

/** The slot that counts connections closed for `reason`. */
export function closeCounter(reason: CloseReason): number {
  return COUNTERS + CLOSE_REASONS.indexOf(reason);
}
