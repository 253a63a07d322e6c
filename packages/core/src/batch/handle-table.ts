import { GevError } from '../error.js';
import { handleOf } from './layout.js';

/**
 * Slots with generations for pollers written in JavaScript: a slot is used again, its number
 * with that generation never.
 */
export class HandleTable<Entry> {
  readonly #entries: (Entry | undefined)[] = [];
  readonly #generations: number[] = [];
  readonly #free: number[] = [];
  readonly #limit: number;

  /** @param limit slots at the same time */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Takes a free slot for what `make` returns and gives back the handle number.
   *
   * @throws GevError `ERR_GEV_POLLER_STATE` when all slots are taken
   */
  add(make: (slot: number, generation: number) => Entry): number {
    const slot = this.#free.pop() ?? this.#entries.length;
    if (slot >= this.#limit) {
      throw new GevError(
        'ERR_GEV_POLLER_STATE',
        `all ${this.#limit} handles are in use: raise maxHandles or close some`,
      );
    }
    const generation = (this.#generations[slot] ?? 0) + 1;
    this.#generations[slot] = generation;
    this.#entries[slot] = make(slot, generation);
    return handleOf(slot, generation);
  }

  /** What lives in the slot, if it is still of that generation. */
  get(slot: number, generation: number): Entry | undefined {
    return this.#generations[slot] === generation ? this.#entries[slot] : undefined;
  }

  /** Frees the slot, if it is still of that generation. */
  remove(slot: number, generation: number): void {
    if (this.get(slot, generation) === undefined) return;
    this.#entries[slot] = undefined;
    this.#free.push(slot);
  }

  /** Every entry that is in use; a copy, so that entries may be removed on the way. */
  entries(): Entry[] {
    return this.#entries.filter((entry): entry is Entry => entry !== undefined);
  }
}
