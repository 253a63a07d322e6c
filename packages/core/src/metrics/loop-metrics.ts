/** What a metric is called. */
export interface MetricOptions {
  /**
   * Prometheus' conventions: lower case with underscores, the unit at the end (`_seconds`, `_bytes`), a
   * counter with `_total` behind it. Begins with a word of your own: `gev_` is for gev's packages,
   * `process_` and `nodejs_` are refused.
   */
  readonly name: string;
  /** What it counts or measures, in a sentence. */
  readonly help: string;
  /**
   * Tells series of one name apart; all of them have the same labels. Few values: each takes a slot
   * for good. `loop` is added when it is read.
   */
  readonly labels?: Readonly<Record<string, string>>;
}

export interface HistogramOptions extends MetricOptions {
  /** Upper bounds, ascending; what is above the last is counted, too. */
  readonly buckets: readonly number[];
}

/** Counts up. */
export interface CounterMetric {
  /**
   * Adds 1, or `amount`.
   *
   * @throws GevError `ERR_GEV_INVALID_OPTION` for what is no finite number from 0 on
   */
  add(amount?: number): void;
  readonly value: number;
}

/** Goes up and down. What a loop set is 0 again when its thread died. */
export interface GaugeMetric {
  set(value: number): void;
  /** Adds `amount`, which may be negative. */
  add(amount: number): void;
  readonly value: number;
}

/** Counts values by their size. */
export interface HistogramMetric {
  /** @throws GevError `ERR_GEV_INVALID_OPTION` for what is no finite number */
  observe(value: number): void;
}

/**
 * The metrics of one loop, for plugins and handlers to add theirs. Each is a slot in shared memory
 * next to gev's own: counting is an addition, and who collects reads it from another thread.
 *
 * The same name and labels give the same slot: again, and in the thread that takes the place of one
 * that died, so counters go on. Where a server has no collector they count all the same.
 *
 * Thread rule: every member, and the metrics themselves, only on the loop's own thread.
 *
 * @throws GevError each: `ERR_GEV_INVALID_OPTION` for a bad or a taken name, label or bucket,
 * `ERR_GEV_METRICS_FULL` when the loop has no room for another
 *
 * @example
 * const orders = loop.metrics.counter({ name: 'shop_orders_total', help: 'Orders taken.' });
 * orders.add();
 */
export interface LoopMetrics {
  counter(options: MetricOptions): CounterMetric;
  gauge(options: MetricOptions): GaugeMetric;
  histogram(options: HistogramOptions): HistogramMetric;
}
