import { type BatchMemory, EventKind, OrderKind, slotOf } from '@gev/core';
import { kindName, type Row } from './row.js';

/** What is known of a handle from the rows and orders so far. */
interface Life {
  established: boolean;
  ended: boolean;
  closed: boolean;
  closeOrdered: boolean;
  /** The batch in which a flush aborted it, 0 for outside any; undefined while it lives. */
  abortedIn: number | undefined;
  /** As `abortedIn`, for `pause`. */
  pausedIn: number | undefined;
}

/**
 * What holds for every row of every poller, checked in all tests beside what each looks at. A
 * sink must not throw, so violations are gathered.
 */
export class Invariants {
  readonly faults: string[] = [];
  readonly #memory: BatchMemory;
  readonly #lives = new Map<number, Life>();
  readonly #inUse = new Map<number, number>();
  readonly #generations = new Map<number, number>();

  constructor(memory: BatchMemory) {
    this.#memory = memory;
  }

  /** A handle came from `listen`, `connect` or `adopt`. */
  addHandle(handle: number, established: boolean): void {
    this.#lives.set(handle, {
      established,
      ended: false,
      closed: false,
      closeOrdered: false,
      abortedIn: undefined,
      pausedIn: undefined,
    });
    this.#inUse.set(slotOf(handle), handle);
  }

  /** The handle was given away by `release`. */
  removeHandle(handle: number): void {
    const life = this.#lives.get(handle);
    if (life) life.abortedIn = 0;
    this.#inUse.delete(slotOf(handle));
  }

  /** An order is carried out now; `batch` is 0 outside a batch. */
  order(kind: number, handle: number, batch: number): void {
    const life = this.#lives.get(handle);
    if (!life || life.closed || life.abortedIn !== undefined) return;
    if (kind === OrderKind.close) life.closeOrdered = true;
    if (kind === OrderKind.pause) life.pausedIn ??= batch;
    if (kind === OrderKind.resume) life.pausedIn = undefined;
    if (kind === OrderKind.abort) {
      life.abortedIn = batch;
      if (this.#inUse.get(slotOf(handle)) === handle) this.#inUse.delete(slotOf(handle));
    }
  }

  checkBatch(rows: readonly Row[]): void {
    const read = new Map<number, number>();
    let reached = 0;
    const data = rows.filter((row) => row.kind === EventKind.data);
    for (const row of data.sort((one, other) => one.offset - other.offset)) {
      if (row.offset < reached) this.#fault(row, `overlaps bytes of another row`);
      reached = row.offset + row.length;
      if (row.length <= 0) this.#fault(row, `has ${row.length} bytes`);
      if (reached > this.#memory.inputSize) this.#fault(row, `ends beyond the input region`);
      const sum = (read.get(row.handle) ?? 0) + row.length;
      if (sum > this.#memory.readSize) this.#fault(row, `is beyond readSize: ${sum} bytes`);
      read.set(row.handle, sum);
    }
  }

  checkEvent(row: Row): void {
    const life = this.#lives.get(row.handle);
    if (row.kind === EventKind.mail) return;
    if (row.kind === EventKind.adoptFailed) {
      if (row.detail <= 0) this.#fault(row, 'has no errno');
      if (life) this.#fault(row, 'names a handle that was told before');
      return;
    }
    if (row.kind === EventKind.accepted || row.kind === EventKind.adopted) this.#checkAccepted(row);
    else if (!life) this.#fault(row, 'names a handle that was never told');
    else if (life.abortedIn === row.batch) return;
    else if (life.abortedIn !== undefined) this.#fault(row, 'comes after an abort');
    else if (life.closed) this.#fault(row, 'comes after closed');
    else this.#checkKind(row, life);
  }

  checkResult(row: Row): void {
    const life = this.#lives.get(row.handle);
    if (!life || life.closed || life.abortedIn !== undefined) {
      this.#fault(row, 'is a result for a handle that is gone');
    } else if (row.kind === EventKind.closed) {
      this.#checkClosed(row, life);
    } else if (row.kind !== EventKind.backlog) {
      this.#fault(row, 'is no kind of a result');
    } else if (row.queued === 0) {
      this.#fault(row, 'is a result with nothing queued');
    }
  }

  fault(what: string): void {
    this.faults.push(what);
  }

  #checkAccepted(row: Row): void {
    if (row.generation <= (this.#generations.get(row.slot) ?? 0)) {
      this.#fault(row, 'has a generation that was used before');
    }
    if (this.#inUse.has(row.slot)) this.#fault(row, 'has a slot that is in use');
    this.#generations.set(row.slot, row.generation);
    this.addHandle(row.handle, true);
  }

  #checkKind(row: Row, life: Life): void {
    switch (row.kind) {
      case EventKind.connected:
        if (life.established) this.#fault(row, 'comes twice');
        life.established = true;
        return;
      case EventKind.data:
      case EventKind.ended:
        this.#checkInput(row, life);
        return;
      case EventKind.closed:
        this.#checkClosed(row, life);
        return;
      case EventKind.backlog:
        if (row.queued >= Math.max(this.#memory.lowWatermark, 1)) {
          this.#fault(row, `tells of room while ${row.queued} bytes are queued`);
        }
        return;
      case EventKind.acceptFailed:
        if (row.detail <= 0) this.#fault(row, 'has no errno');
        return;
      default:
        this.#fault(row, 'is unknown');
    }
  }

  #checkInput(row: Row, life: Life): void {
    if (!life.established) this.#fault(row, 'comes before connected');
    if (life.ended) this.#fault(row, 'comes after ended');
    if (life.pausedIn !== undefined && life.pausedIn !== row.batch) {
      this.#fault(row, 'comes while paused');
    }
    if (row.kind === EventKind.ended) life.ended = true;
  }

  #checkClosed(row: Row, life: Life): void {
    if (row.detail < 0) this.#fault(row, `has the errno ${row.detail}`);
    if (row.detail === 0 && !life.closeOrdered) this.#fault(row, 'was not ordered');
    life.closed = true;
    if (this.#inUse.get(row.slot) === row.handle) this.#inUse.delete(row.slot);
  }

  #fault(row: Row, what: string): void {
    this.faults.push(
      `batch ${row.batch}: ${kindName(row.kind)} of slot ${row.slot}/${row.generation} ${what}`,
    );
  }
}
