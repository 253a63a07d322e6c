import { EventKind } from '@gev/core';
import type { Endpoint, Source } from './endpoint.js';
import type { RowWriter } from './row-writer.js';

/** Connections that wait for a poller to take them in, at most: part of the contract. */
const MOST = 1024;

/** Connections that other pollers of the network handed over, until there are handles for them. */
export class MemoryArrivals implements Source {
  readonly slot = 0;
  readonly generation = 0;
  readonly gone = false;
  readonly #wake: (source: Source) => void;
  readonly #takeIn: (end: Endpoint) => boolean;
  readonly #waiting: { end: Endpoint; tag: number }[] = [];

  /**
   * @param wake has the poller collect rows from this
   * @param takeIn gives an end its handle; false when none is free
   */
  constructor(wake: (source: Source) => void, takeIn: (end: Endpoint) => boolean) {
    this.#wake = wake;
    this.#takeIn = takeIn;
  }

  get full(): boolean {
    return this.#waiting.length >= MOST;
  }

  add(end: Endpoint, tag: number): void {
    this.#waiting.push({ end, tag });
    this.#wake(this);
  }

  /** A handle is free again. */
  resume(): void {
    if (this.#waiting.length > 0) this.#wake(this);
  }

  collect(rows: RowWriter): boolean {
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      if (rows.full) return true;
      if (!this.#takeIn(first.end)) return false;
      this.#waiting.shift();
      rows.add(EventKind.adopted, first.end, first.tag);
      // As with a kernel, what has come meanwhile is in the same batch.
      first.end.collect(rows);
    }
    return false;
  }

  /** Closes whatever waits. */
  destroy(): void {
    for (const { end } of this.#waiting.splice(0)) end.destroy();
  }

  // It takes no orders.
  pause(): void {}
}
