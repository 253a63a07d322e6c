/**
 * The shape of the memory that a poller and a loop share. Rows are {@link ROW_SIZE} 32-bit
 * integers; both tables and the arena are made in JavaScript and handed to the poller once.
 */

/** Integers in one event row, one order row and one result row. */
export const ROW_SIZE = 6;

/** Columns of a row. `slot` and `generation` together name a handle. */
export const Column = {
  kind: 0,
  slot: 1,
  generation: 2,
  /** Byte offset in the arena. */
  offset: 3,
  /** Byte count. */
  length: 4,
  /** Depends on the kind; see {@link EventKind}. */
  detail: 5,
} as const;

/** What happened to a handle: `kind` of an event row or a result row. */
export const EventKind = {
  /** A listener accepted; the row names the new handle, `detail` the listener's slot. */
  accepted: 1,
  /** An outbound connection is established. */
  connected: 2,
  /** Bytes arrived: `offset` and `length` in the input region of the arena. */
  data: 3,
  /** The peer ended its sending side; no `data` follows. */
  ended: 4,
  /**
   * The handle is gone and its slot free. `detail` is 0 after a `close` order that was carried
   * out, else the positive errno that killed it (a failed connect too).
   */
  closed: 5,
  /**
   * As an event: unsent bytes fell under the low watermark, or to none.
   * As a result: a flush left unsent bytes behind. The amount stands in `queued`.
   */
  backlog: 6,
  /** A listener could not accept; `detail` is the errno. It sleeps until a `resume` order. */
  acceptFailed: 7,
  /**
   * Another thread's poller handed a connection over: the row names the new handle, `detail` is the
   * tag that it came with.
   */
  adopted: 8,
  /** Letters wait: `Poller.receive` gives them. Slot and generation are 0. */
  mail: 9,
  /**
   * A connection that was handed over could not be taken in and was closed: `detail` is the errno,
   * `offset` the tag. Its handle is gone already, but `Poller.remoteAddress` knows the peer until the
   * batch has been read. Slot and generation are 0 when there was no memory even for a handle.
   */
  adoptFailed: 10,
} as const;

/** What a loop asks of a poller: `kind` of an order row. Orders of one handle keep their order. */
export const OrderKind = {
  /** Send `length` bytes at `offset` of the arena. */
  write: 1,
  /** Once all earlier writes have left, end the sending side (shutdown(2) with SHUT_WR). */
  shutdown: 2,
  /** Once all earlier writes have left, close; answered by `closed`. */
  close: 3,
  /** Close at once and drop what is unsent; not answered. */
  abort: 4,
  /** Deliver no more `data` or `ended` (connection), accept no more (listener). */
  pause: 5,
  /** Undo `pause`, and wake a listener after `acceptFailed`. */
  resume: 6,
} as const;

/** A slot's place in a handle number. */
const SLOTS = 2 ** 24;

/**
 * One number that names a handle for calls that are not on the hot path: the slot and its
 * generation. Numbers of closed handles are never used again (2^28 generations a slot).
 */
export function handleOf(slot: number, generation: number): number {
  return generation * SLOTS + slot;
}

/** The slot in a handle number: the index of the loop's and the poller's tables. */
export function slotOf(handle: number): number {
  return handle % SLOTS;
}

/** The generation in a handle number. */
export function generationOf(handle: number): number {
  return Math.floor(handle / SLOTS);
}
