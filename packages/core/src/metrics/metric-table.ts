import { GevError } from '../error.js';
import { BUILT_IN_METRICS } from './built-in.js';
import { checkDefinition } from './check-definition.js';
import { type Counters, FIRST_REGISTERED, MOST_SLOTS } from './counters.js';
import { type MetricDefinition, seriesOf, shapeOf, slotsOf } from './definition.js';
import { DefinitionShelf } from './definition-shelf.js';
import type {
  CounterMetric,
  GaugeMetric,
  HistogramMetric,
  HistogramOptions,
  LoopMetrics,
  MetricOptions,
} from './loop-metrics.js';
import { SlotCounter, SlotGauge, SlotHistogram } from './slot-metrics.js';

type Unplaced = Omit<MetricDefinition, 'slot'>;

/**
 * The metrics of one loop in its shared memory: finds a series that is there, or adds it.
 *
 * Thread rule: everything on the loop's thread.
 */
export class MetricTable implements LoopMetrics {
  readonly #counters: Counters;
  readonly #shelf: DefinitionShelf;
  readonly #shapes = new Map<string, string>();
  /** The first slot of each registered series. */
  readonly #series = new Map<string, number>();
  #free = FIRST_REGISTERED;

  /** @param counters also those of a thread that died: what it registered is found again */
  constructor(counters: Counters) {
    this.#counters = counters;
    this.#shelf = new DefinitionShelf(counters);
    for (const definition of this.#shelf.read(0, this.#shelf.length)) this.#note(definition);
  }

  counter(options: MetricOptions): CounterMetric {
    return new SlotCounter(this.#counters, this.#place('counter', options), options.name);
  }

  gauge(options: MetricOptions): GaugeMetric {
    return new SlotGauge(this.#counters, this.#place('gauge', options));
  }

  histogram(options: HistogramOptions): HistogramMetric {
    const slot = this.#place('histogram', options, options.buckets);
    return new SlotHistogram(this.#counters, slot, options.name, options.buckets);
  }

  #place(
    kind: MetricDefinition['kind'],
    { name, help, labels = {} }: MetricOptions,
    buckets: readonly number[] = [],
  ): number {
    const definition = { kind, name, help, labels, buckets };
    checkDefinition(definition);
    this.#mustFit(definition);
    return this.#series.get(seriesOf(definition)) ?? this.#add(definition);
  }

  /** All series of a name must be of one kind, or nobody could show them. */
  #mustFit(definition: Unplaced): void {
    const { kind, name } = definition;
    const isBuiltIn = BUILT_IN_METRICS.some((other) => other.name === name);
    const known = this.#shapes.get(name);
    if (!isBuiltIn && (known === undefined || known === shapeOf(definition))) return;
    throw new GevError(
      'ERR_GEV_INVALID_OPTION',
      isBuiltIn
        ? `the metric's name ${name} is one of gev's own: give another`
        : `the metric ${name} is there already, not as a ${kind} with these labels and buckets: give another name, or the same`,
    );
  }

  #add(unplaced: Unplaced): number {
    const definition = { ...unplaced, slot: this.#free };
    if (this.#free + slotsOf(definition) > MOST_SLOTS) {
      throw new GevError(
        'ERR_GEV_METRICS_FULL',
        `the metric ${definition.name} has no room: a loop has ${MOST_SLOTS} slots. Fewer label values?`,
      );
    }
    this.#shelf.add(definition);
    this.#note(definition);
    return definition.slot;
  }

  #note(definition: MetricDefinition): void {
    this.#shapes.set(definition.name, shapeOf(definition));
    this.#series.set(seriesOf(definition), definition.slot);
    this.#free = definition.slot + slotsOf(definition);
  }
}
