import { CLOSE_REASONS, type CloseReason } from '../close-reason.js';

/** Slots of a loop's counters that are always there. New ones go to the end, before the reasons. */
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
  /** Threads that took the place of one that died; counted by the server's thread. */
  loopRestarts: 11,
  /** Tasks of `runInLoop` that have yet to run: goes up and down. */
  tasksPending: 12,
  /** The next four are told once a second, where somebody collects. */
  timersArmed: 13,
  /** The part of the last second that the thread worked, 0 to 1. */
  busyRatio: 14,
  /** How late the thread was at most in the last second, in seconds. */
  lag: 15,
  /** When the three above were told, in milliseconds of `process.hrtime`; 0: never. */
  toldAt: 16,
} as const;

const COUNTERS = Object.keys(Counter).length;

/** The first slot for what plugins and users register. */
export const FIRST_REGISTERED = COUNTERS + CLOSE_REASONS.length;

/** Slots of a loop, those above and the registered ones: 32 KiB. */
export const MOST_SLOTS = 4_096;

/** Bytes for the definitions of what is registered. */
export const DEFINITION_BYTES = 128 * 1024;

/** Bytes before the definitions: how many of them are published. */
export const DEFINITION_HEAD = 8;

const SLOT_BYTES = MOST_SLOTS * Float64Array.BYTES_PER_ELEMENT;

/**
 * The metrics hook: a loop adds to these slots and calls nobody, so that counting costs one
 * addition, and a reader in any thread may sum them when asked. One array a loop, one writer.
 *
 * The memory goes on behind the slots with the definitions of what was registered.
 */
export type Counters = Float64Array;

/** Makes a loop's counters, in shared memory so that another thread can read them. */
export function createCounters(): Counters {
  const memory = new SharedArrayBuffer(SLOT_BYTES + DEFINITION_HEAD + DEFINITION_BYTES);
  return new Float64Array(memory, 0, MOST_SLOTS);
}

/** The slot that counts connections closed for `reason`. */
export function closeCounter(reason: CloseReason): number {
  return COUNTERS + CLOSE_REASONS.indexOf(reason);
}
