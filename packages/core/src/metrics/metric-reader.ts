import { BUILT_IN_METRICS } from './built-in.js';
import { Counter, type Counters } from './counters.js';
import type { MetricDefinition } from './definition.js';
import { DefinitionShelf } from './definition-shelf.js';

/** Reads what a loop counts, from any thread, without a word to the loop. */
export class MetricReader {
  readonly counters: Counters;
  readonly #shelf: DefinitionShelf;
  readonly #definitions: MetricDefinition[] = [...BUILT_IN_METRICS];
  #read = 0;

  constructor(counters: Counters) {
    this.counters = counters;
    this.#shelf = new DefinitionShelf(counters);
  }

  /** Every series there is by now: gev's own first, then in the order of their registration. */
  definitions(): readonly MetricDefinition[] {
    const { length } = this.#shelf;
    if (length > this.#read) {
      this.#definitions.push(...this.#shelf.read(this.#read, length));
      this.#read = length;
    }
    return this.#definitions;
  }

  /** The value of a counter or a gauge. */
  value({ slot, minus }: MetricDefinition): number {
    const value = this.counters[slot]!;
    // Read one after the other while they grow, the difference can be off by one.
    return minus === undefined ? value : Math.max(0, value - this.counters[minus]!);
  }

  /** Of a histogram: how many values were at most each bound, then how many there were. */
  cumulative({ slot, buckets }: MetricDefinition): number[] {
    let count = 0;
    return Array.from({ length: buckets.length + 1 }, (_, index) => {
      count += this.counters[slot + index]!;
      return count;
    });
  }

  /** Of a histogram: the sum of the values. */
  sum({ slot, buckets }: MetricDefinition): number {
    return this.counters[slot + buckets.length + 1]!;
  }
}

/** Sets back what tells of a thread's present: it has died. On the thread that saw it die. */
export function clearGauges(counters: Counters): void {
  for (const { kind, slot, minus } of new MetricReader(counters).definitions()) {
    if (kind === 'gauge' && minus === undefined) counters[slot] = 0;
  }
  counters[Counter.toldAt] = 0;
}
