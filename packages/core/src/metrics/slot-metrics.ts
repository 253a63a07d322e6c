import { GevError } from '../error.js';
import { printable } from '../printable.js';
import type { Counters } from './counters.js';
import type { CounterMetric, GaugeMetric, HistogramMetric } from './loop-metrics.js';

/** A counter over one slot. */
export class SlotCounter implements CounterMetric {
  readonly #counters: Counters;
  readonly #slot: number;
  readonly #name: string;

  constructor(counters: Counters, slot: number, name: string) {
    this.#counters = counters;
    this.#slot = slot;
    this.#name = name;
  }

  get value(): number {
    return this.#counters[this.#slot]!;
  }

  add(amount = 1): void {
    if (!(Number.isFinite(amount) && amount >= 0)) throw notCountable(this.#name, amount);
    this.#counters[this.#slot]! += amount;
  }
}

/** A gauge over one slot. */
export class SlotGauge implements GaugeMetric {
  readonly #counters: Counters;
  readonly #slot: number;

  constructor(counters: Counters, slot: number) {
    this.#counters = counters;
    this.#slot = slot;
  }

  get value(): number {
    return this.#counters[this.#slot]!;
  }

  set(value: number): void {
    this.#counters[this.#slot] = value;
  }

  add(amount: number): void {
    this.#counters[this.#slot]! += amount;
  }
}

/** A histogram over a slot for each bucket, one for what is above, and one for the sum. */
export class SlotHistogram implements HistogramMetric {
  readonly #counters: Counters;
  readonly #slot: number;
  readonly #name: string;
  readonly #bounds: Float64Array;

  constructor(counters: Counters, slot: number, name: string, buckets: readonly number[]) {
    this.#counters = counters;
    this.#slot = slot;
    this.#name = name;
    this.#bounds = Float64Array.from(buckets);
  }

  observe(value: number): void {
    // One that is no number would make the sum of all of them none, for good.
    if (!Number.isFinite(value)) throw notANumber(this.#name, value);
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]!) bucket += 1;
    this.#counters[this.#slot + bucket]! += 1;
    this.#counters[this.#slot + bounds.length + 1]! += value;
  }
}

function notCountable(name: string, amount: number): GevError {
  return new GevError(
    'ERR_GEV_INVALID_OPTION',
    `${printable(amount)} was added to the counter ${name}: it only grows, give a finite number from 0 on`,
  );
}

function notANumber(name: string, value: number): GevError {
  return new GevError(
    'ERR_GEV_INVALID_OPTION',
    `the histogram ${name} was given ${printable(value)}: give a finite number`,
  );
}
