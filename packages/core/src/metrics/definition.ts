/** What the slots of a series mean. */
export interface MetricDefinition {
  readonly kind: MetricKind;
  readonly name: string;
  readonly help: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Upper bounds of a histogram, ascending; empty for others. */
  readonly buckets: readonly number[];
  /**
   * The first slot. A histogram's are one for each bound with the values up to it and above the one
   * before, one for the values above all, and their sum.
   */
  readonly slot: number;
  /** A slot that is subtracted: what is open is what was opened less what was closed. */
  readonly minus?: number;
}

export type MetricKind = 'counter' | 'gauge' | 'histogram';

/** Slots that a series takes. */
export function slotsOf({ kind, buckets }: Pick<MetricDefinition, 'kind' | 'buckets'>): number {
  return kind === 'histogram' ? buckets.length + 2 : 1;
}

/** What all series of a name have in common. */
export function shapeOf({ kind, labels, buckets }: Omit<MetricDefinition, 'slot'>): string {
  return JSON.stringify([kind, Object.keys(labels).sort(), buckets]);
}

/** What tells a series from the others. */
export function seriesOf({ name, labels }: Pick<MetricDefinition, 'name' | 'labels'>): string {
  return JSON.stringify([name, Object.entries(labels).sort()]);
}
