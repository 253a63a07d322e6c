import type { Sample } from '../sample.js';
import { blank, type Reading, read } from './reading.js';

/** Milliseconds that are kept and shown. */
export const SHOWN = 600_000;

/** Milliseconds of the handler's calls that a reading of their times looks back on. */
const TIMES_OVER = 10_000;

/** Intervals without a sample after which the lines have a gap. */
const GAP = 3.5;

/** The last ten minutes, over restarts of the server and of the connection to it. */
export class History {
  readonly #samples: Sample[] = [];
  readonly #readings: Reading[] = [];
  #restarts: number[] = [];
  #interval = 1000;

  /** Oldest first, one a sample, and a blank one in each gap. */
  get readings(): readonly Reading[] {
    return this.#readings;
  }

  /** When the server was seen to have begun anew: milliseconds since 1970. */
  get restarts(): readonly number[] {
    return this.#restarts;
  }

  get latest(): Sample | undefined {
    return this.#samples.at(-1);
  }

  /** The sample that was the newest so many milliseconds before the latest, or the first one. */
  before(ms: number): Sample | undefined {
    const time = (this.latest?.time ?? 0) - ms;
    return this.#samples.findLast((sample) => sample.time <= time) ?? this.#samples[0];
  }

  /**
   * Adds what the server remembers, samples `interval` milliseconds apart. Returns whether it is
   * another server, or the same one started again: one that remembers less than it could, and
   * nothing of what is known here.
   */
  merge(samples: readonly Sample[], interval: number): boolean {
    this.#interval = interval;
    const known = this.latest?.time ?? Infinity;
    const [first] = samples;
    const isShort = (samples.length + 1) * interval < SHOWN;
    const isAnother = first !== undefined && first.time > known && isShort;
    if (isAnother) this.#beginAnew(first.time);
    for (const sample of samples) this.add(sample);
    return isAnother;
  }

  /** Adds a sample, unless it is known. */
  add(sample: Sample): void {
    const previous = this.latest;
    const elapsed = sample.time - (previous?.time ?? -Infinity);
    if (elapsed <= 0) return;
    if (previous && elapsed > GAP * this.#interval) this.#readings.push(blank(previous.time + 1));
    this.#samples.push(sample);
    this.#readings.push(read(sample, previous, previous && this.before(TIMES_OVER)));
    this.#forget(sample.time - SHOWN);
  }

  /** Nothing of a server can be told from what another one has counted. */
  #beginAnew(time: number): void {
    this.#readings.push(blank(time - 1));
    this.#restarts.push(time);
    this.#samples.length = 0;
  }

  #forget(time: number): void {
    dropBefore(this.#samples, time);
    dropBefore(this.#readings, time);
    this.#restarts = this.#restarts.filter((restart) => restart >= time);
  }
}

/** Drops what is older than `time` from a list that has its oldest first. */
function dropBefore(list: { readonly time: number }[], time: number): void {
  const kept = list.findIndex((item) => item.time >= time);
  if (kept > 0) list.splice(0, kept);
}
