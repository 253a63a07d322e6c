import { type MetricDefinition, type MetricKind, shapeOf } from '@gev/core';
import type { Metric } from 'prom-client';
import type { LoopReader } from './loop-reader.js';

/** A value as prom-client writes it. */
interface Value {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** One series of one loop. */
interface Series {
  readonly reader: LoopReader;
  readonly definition: MetricDefinition;
}

/** All series of one name in all loops: a metric of prom-client whose values lie in shared memory. */
export class SlotMetric {
  readonly name: string;
  readonly help: string;
  readonly type: MetricKind;
  readonly #shape: string;
  readonly #series: Series[] = [];

  /** @param first tells what all series of the name have in common */
  constructor(first: MetricDefinition) {
    this.name = first.name;
    this.help = first.help;
    this.type = first.kind;
    this.#shape = shapeOf(first);
  }

  /** Whether a series of this name is of the same kind. */
  fits(definition: MetricDefinition): boolean {
    return shapeOf(definition) === this.#shape;
  }

  add(reader: LoopReader, definition: MetricDefinition): void {
    this.#series.push({ reader, definition });
  }

  /** What prom-client asks of a metric. */
  get() {
    const values = this.#series.flatMap((series) => this.#valuesOf(series));
    return { name: this.name, help: this.help, type: this.type, aggregator: 'sum', values };
  }

  /** The type that a registry of prom-client takes: it wants no more than `name` and `get`. */
  asMetric(): Metric {
    return this as unknown as Metric;
  }

  #valuesOf({ reader, definition }: Series): Value[] {
    const labels = { ...definition.labels, loop: reader.loop };
    if (definition.kind !== 'histogram') return [{ labels, value: reader.value(definition) }];
    const counts = reader.cumulative(definition);
    const bounds = [...definition.buckets, '+Inf'];
    return [
      ...counts.map((value, index) => ({
        metricName: `${this.name}_bucket`,
        labels: { le: bounds[index]!, ...labels },
        value,
      })),
      { metricName: `${this.name}_sum`, labels, value: reader.sum(definition) },
      { metricName: `${this.name}_count`, labels, value: counts.at(-1)! },
    ];
  }
}
