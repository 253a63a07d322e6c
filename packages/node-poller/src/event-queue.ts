import { type BatchMemory, Column, EventKind, type PollerSink, ROW_SIZE } from '@gev/core';

type Kind = (typeof EventKind)[keyof typeof EventKind];

/** What an event is about: a listener or a connection. */
export interface Subject {
  readonly slot: number;
  readonly generation: number;
  /** The handle was given up: its events are dropped. */
  readonly gone: boolean;
  /** `data` and `ended` wait in `held` until `resume`. */
  readonly paused: boolean;
  readonly held: PendingEvent[];
  /** The batch in which `batchBytes` were read; the queue's own bookkeeping. */
  batch: number;
  batchBytes: number;
  /** The batch in which a row did not fit, so that later ones must wait too. */
  deferredIn: number;
  /** `size` bytes of a `data` event went into a batch. */
  consumed(size: number): void;
  /** The `closed` row is in a batch: the slot may be used again. */
  forget(): void;
}

/** Whom `mail` is about: no handle. */
export const NOBODY: Subject = {
  slot: 0,
  generation: 0,
  gone: false,
  paused: false,
  held: [],
  batch: 0,
  batchBytes: 0,
  deferredIn: 0,
  consumed() {},
  forget() {},
};

/** An event that is not yet in a batch. */
export interface PendingEvent {
  readonly kind: Kind;
  readonly subject: Subject;
  readonly detail: number;
  /** Bytes of a `data` event that are not yet in a batch. */
  chunk: Uint8Array | undefined;
}

/** Full batches in one turn before other work of the thread gets its turn. */
const ROUNDS = 16;

/** Consumed places at the front of the queue from which it is worth to move the rest. */
const COMPACT_FROM = 4096;

/**
 * Turns the events of many sockets into batches. node:net calls back once a socket; events are
 * gathered while libuv polls and delivered together in the check phase that follows, so that one
 * flush answers them all. A full batch is delivered at once instead.
 *
 * The sink is never called inside the sink or inside a flush: both only put events here.
 */
export class EventQueue {
  readonly #memory: BatchMemory;
  #queue: PendingEvent[] = [];
  #head = 0;
  #bytes = 0;
  #batch = 0;
  #sink: PollerSink | undefined;
  #turn: NodeJS.Immediate | undefined;
  #delivering = false;
  #stopped = false;

  constructor(memory: BatchMemory) {
    this.#memory = memory;
  }

  get started(): boolean {
    return this.#sink !== undefined;
  }

  start(sink: PollerSink): void {
    this.#sink = sink;
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    clearImmediate(this.#turn);
    this.#queue = [];
    this.#head = 0;
  }

  /** Puts an event at the end; it is delivered later, never in this call. */
  push(kind: Kind, subject: Subject, detail = 0, chunk?: Uint8Array): void {
    if (this.#stopped) return;
    this.#queue.push({ kind, subject, detail, chunk });
    this.#bytes += chunk?.length ?? 0;
    this.#schedule();
  }

  /** Puts back, before all others, what was held while its subject was paused. */
  putBack(events: PendingEvent[]): void {
    if (events.length === 0 || this.#stopped) return;
    this.#queue.splice(this.#head, 0, ...events);
    for (const { chunk } of events) this.#bytes += chunk?.length ?? 0;
    this.#schedule();
  }

  /**
   * Delivers now when a batch is full. Only where node:net called: not inside a flush, where the
   * loop does not expect its sink to be called.
   */
  deliverIfFull(): void {
    if (this.#delivering) return;
    const waiting = this.#queue.length - this.#head;
    if (waiting >= this.#memory.maxEvents || this.#bytes >= this.#memory.inputSize) this.#deliver();
  }

  #schedule(): void {
    if (this.#turn || this.#delivering || !this.#sink || this.#stopped) return;
    if (this.#head === this.#queue.length) return;
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      this.#deliver();
    });
  }

  #deliver(): void {
    if (!this.#sink || this.#delivering) return;
    this.#delivering = true;
    try {
      for (let round = 0; round < ROUNDS && !this.#stopped; round += 1) {
        const rows = this.#fill();
        if (rows === 0) break;
        this.#sink.onBatch(rows);
      }
    } finally {
      this.#delivering = false;
      this.#schedule();
    }
  }

  /** Moves events into the batch until the queue, the rows or the arena end. */
  #fill(): number {
    this.#batch += 1;
    const later: PendingEvent[] = [];
    let rows = 0;
    let used = 0;
    let next = this.#head;
    for (; next < this.#queue.length && rows < this.#memory.maxEvents; next += 1) {
      const event = this.#queue[next];
      if (!event || this.#setAside(event, later)) continue;
      if (!event.chunk) {
        this.#putRow(rows, event, 0, 0);
        rows += 1;
        if (event.kind === EventKind.closed) event.subject.forget();
        continue;
      }
      if (used === this.#memory.inputSize) break;
      const size = this.#putData(rows, event, event.chunk, used);
      if (size < event.chunk.length) {
        event.subject.deferredIn = this.#batch;
        event.chunk = event.chunk.subarray(size);
        later.push(event);
      }
      if (size === 0) continue;
      rows += 1;
      used += size;
    }
    this.#keep(later, next);
    return rows;
  }

  /** True when the event has no place in this batch: dropped, held, or behind a deferred one. */
  #setAside(event: PendingEvent, later: PendingEvent[]): boolean {
    const { subject, kind } = event;
    if (subject.gone) {
      this.#bytes -= event.chunk?.length ?? 0;
      return true;
    }
    if (subject.deferredIn === this.#batch) {
      later.push(event);
      return true;
    }
    if (!subject.paused || (kind !== EventKind.data && kind !== EventKind.ended)) return false;
    this.#bytes -= event.chunk?.length ?? 0;
    subject.held.push(event);
    return true;
  }

  /** Copies what one connection may read in one batch, as far as the arena goes. */
  #putData(row: number, event: PendingEvent, chunk: Uint8Array, offset: number): number {
    const { arena, inputSize, readSize } = this.#memory;
    const { subject } = event;
    if (subject.batch !== this.#batch) {
      subject.batch = this.#batch;
      subject.batchBytes = 0;
    }
    const size = Math.min(chunk.length, readSize - subject.batchBytes, inputSize - offset);
    if (size === 0) return 0;
    arena.set(size === chunk.length ? chunk : chunk.subarray(0, size), offset);
    subject.batchBytes += size;
    this.#bytes -= size;
    this.#putRow(row, event, offset, size);
    subject.consumed(size);
    return size;
  }

  #putRow(row: number, event: PendingEvent, offset: number, length: number): void {
    const { events } = this.#memory;
    const at = row * ROW_SIZE;
    events[at + Column.kind] = event.kind;
    events[at + Column.slot] = event.subject.slot;
    events[at + Column.generation] = event.subject.generation;
    events[at + Column.offset] = offset;
    events[at + Column.length] = length;
    events[at + Column.detail] = event.detail;
  }

  /** Drops what was consumed; what must wait comes first in the next batch. */
  #keep(later: PendingEvent[], next: number): void {
    // There are at most as many as were passed, so they fit into the places before `next`.
    this.#head = next - later.length;
    for (const [index, event] of later.entries()) this.#queue[this.#head + index] = event;
    if (this.#head === this.#queue.length) {
      this.#queue.length = 0;
      this.#head = 0;
    } else if (this.#head >= COMPACT_FROM && this.#head * 2 > this.#queue.length) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
  }
}
