import type { LoopLoad } from '@gev/core';

/**
 * Who had its turn when, by loop id. The loop whose turn is longest ago comes next, so that the
 * turns stay even when loops come and go: no position is kept that a change could make wrong.
 */
export class Turns {
  readonly #last = new Map<number, number>();
  #count = 0;

  /** The number of the loop's last turn; 0 when it had none. */
  last(loop: LoopLoad): number {
    return this.#last.get(loop.id) ?? 0;
  }

  /** Notes that it is the turn of `loop`, one of `loops`. */
  take(loop: LoopLoad, loops: readonly LoopLoad[]): void {
    this.#count += 1;
    this.#last.set(loop.id, this.#count);
    // Loops that are only away for a moment keep their place; ids that are gone must not pile up.
    if (this.#last.size > 2 * loops.length + 16) this.#forgetAllBut(loops);
  }

  #forgetAllBut(loops: readonly LoopLoad[]): void {
    const present = new Set(loops.map(({ id }) => id));
    for (const id of this.#last.keys()) {
      if (!present.has(id)) this.#last.delete(id);
    }
  }
}
