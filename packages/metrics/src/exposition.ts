import type { MetricDefinition } from '@gev/core';
import { Registry } from 'prom-client';
import type { LoopReader } from './loop-reader.js';
import { processMetrics } from './process-metrics.js';
import { SlotMetric } from './slot-metric.js';
import type { Clash } from './worker-messages.js';

/** What all loops count, and what the process uses, as Prometheus reads it. */
export class Exposition {
  readonly #readers: readonly LoopReader[];
  readonly #registry = new Registry();
  readonly #metrics = new Map<string, SlotMetric>();
  /** How many series of each loop are in the registry. */
  readonly #shown: number[];
  readonly #onClash: (clash: Clash) => void;

  constructor(readers: readonly LoopReader[], onClash: (clash: Clash) => void) {
    this.#readers = readers;
    this.#shown = readers.map(() => 0);
    this.#onClash = onClash;
    for (const metric of processMetrics()) this.#registry.registerMetric(metric);
  }

  /** The media type of {@link text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  async text(): Promise<string> {
    for (const [index, reader] of this.#readers.entries()) {
      const definitions = reader.definitions();
      for (const definition of definitions.slice(this.#shown[index])) this.#add(reader, definition);
      this.#shown[index] = definitions.length;
    }
    return await this.#registry.metrics();
  }

  #add(reader: LoopReader, definition: MetricDefinition): void {
    const { name } = definition;
    const metric = this.#metrics.get(name) ?? this.#begin(definition);
    if (metric.fits(definition)) metric.add(reader, definition);
    else this.#onClash({ kind: 'clash', name, loop: reader.loop });
  }

  #begin(definition: MetricDefinition): SlotMetric {
    const metric = new SlotMetric(definition);
    this.#metrics.set(definition.name, metric);
    this.#registry.registerMetric(metric.asMetric());
    return metric;
  }
}
