import { GevError } from '../error.js';
import { type Counters, DEFINITION_BYTES, DEFINITION_HEAD } from './counters.js';
import type { MetricDefinition } from './definition.js';

/**
 * The definitions behind a loop's slots: a line of JSON each, and how many bytes of them are
 * published. They are only ever added to, so a reader in another thread sees whole lines.
 *
 * Thread rule: `add` only on the loop's thread.
 */
export class DefinitionShelf {
  readonly #published: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(counters: Counters) {
    const { buffer, byteLength } = counters;
    this.#published = new Int32Array(buffer, byteLength, 1);
    this.#bytes = new Uint8Array(buffer, byteLength + DEFINITION_HEAD, DEFINITION_BYTES);
  }

  /** Bytes that are published. */
  get length(): number {
    return Atomics.load(this.#published, 0);
  }

  /** What was added since `length` was `from`. */
  read(from: number, to: number): MetricDefinition[] {
    // A copy: a decoder takes no shared memory.
    const text = new TextDecoder().decode(this.#bytes.slice(from, to));
    const lines = text.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as MetricDefinition);
  }

  /** @throws GevError `ERR_GEV_METRICS_FULL` */
  add(definition: MetricDefinition): void {
    const line = new TextEncoder().encode(`${JSON.stringify(definition)}\n`);
    const { length } = this;
    if (length + line.length > DEFINITION_BYTES) {
      throw new GevError(
        'ERR_GEV_METRICS_FULL',
        `the metric ${definition.name} has no room: the definitions of a loop take at most ` +
          `${DEFINITION_BYTES} bytes. Fewer label values?`,
      );
    }
    this.#bytes.set(line, length);
    Atomics.store(this.#published, 0, length + line.length);
  }
}
