import { constants } from 'node:os';
import { type Address, EventKind, type GevError } from '@gev/core';
import type { Endpoint, Holder, Source } from './endpoint.js';
import type { RowWriter } from './row-writer.js';

/** What a listener needs of its poller beyond what every source needs. */
export interface ListenerHolder extends Holder {
  /** Gives an accepted endpoint its handle; answers with the error when all slots are taken. */
  accept(end: Endpoint): GevError | undefined;
  /** The address is free again. */
  release(listener: MemoryListener): void;
}

/** A listener in memory: holds the ends that were dialled until its poller takes them. */
export class MemoryListener implements Source {
  readonly #holder: ListenerHolder;
  readonly #backlog: number;
  readonly #waiting: Endpoint[] = [];
  gone = false;
  #paused = false;

  constructor(
    holder: ListenerHolder,
    readonly slot: number,
    readonly generation: number,
    readonly address: Address,
    backlog: number,
  ) {
    this.#holder = holder;
    this.#backlog = backlog;
  }

  /** Takes an end that was dialled; false when the backlog is full. */
  offer(end: Endpoint): boolean {
    if (this.#waiting.length >= this.#backlog) return false;
    this.#waiting.push(end);
    this.#holder.wake(this);
    return true;
  }

  collect(rows: RowWriter): boolean {
    while (this.#waiting.length > 0 && !this.#paused) {
      if (rows.full) return true;
      const end = this.#waiting[0];
      if (!end) break;
      if (this.#holder.accept(end)) {
        // As with a process out of descriptors: the end stays in the backlog.
        this.#paused = true;
        rows.add(EventKind.acceptFailed, this, constants.errno.EMFILE);
        return false;
      }
      this.#waiting.shift();
      rows.add(EventKind.accepted, end, this.slot);
    }
    return false;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#holder.wake(this);
  }

  destroy(): void {
    for (const end of this.#waiting.splice(0)) end.reset();
    this.gone = true;
    this.#holder.release(this);
    this.#holder.forget(this);
  }
}
