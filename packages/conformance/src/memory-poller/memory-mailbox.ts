import { EventKind } from '@gev/core';
import type { Source } from './endpoint.js';
import type { RowWriter } from './row-writer.js';

/** Numbers of mailboxes, far from those of other pollers in the process. */
let lastMailbox = 2 ** 48;

/** What other pollers of the network sent, and the row that tells of it. */
export class MemoryMailbox implements Source {
  readonly id: number;
  readonly slot = 0;
  readonly generation = 0;
  readonly gone = false;
  readonly #wake: (source: Source) => void;
  #letters: Uint8Array[] = [];

  /** @param wake has the poller collect rows from this */
  constructor(wake: (source: Source) => void) {
    lastMailbox += 1;
    this.id = lastMailbox;
    this.#wake = wake;
  }

  receive(letter: Uint8Array): void {
    if (this.#letters.push(letter) === 1) this.#wake(this);
  }

  take(): Uint8Array[] {
    return this.#letters.splice(0);
  }

  collect(rows: RowWriter): boolean {
    rows.add(EventKind.mail, this);
    return false;
  }

  // A mailbox takes no orders.
  pause(): void {}
  resume(): void {}
  destroy(): void {}
}
