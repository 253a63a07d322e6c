import { GevError } from '../error.js';
import { printable } from '../printable.js';
import type { MetricDefinition } from './definition.js';

type Unplaced = Omit<MetricDefinition, 'slot'>;

/** Names of the process's own metrics, which belong to no loop. */
const NOT_OF_A_LOOP = /^(process|nodejs)_/;

/** What a histogram puts behind its name, and a counter has there. */
const SUFFIX = /_(total|count|sum|bucket)$/;

/** Added by whoever reads, or by Prometheus to histograms and summaries. */
const TAKEN_LABELS = ['loop', 'le', 'quantile'];

const MOST_BUCKETS = 100;

/**
 * Checks that a series can be shown as it is.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION`
 */
export function checkDefinition(definition: Unplaced): void {
  checkName(definition);
  const { name, help, labels } = definition;
  if (typeof help !== 'string' || help === '') {
    throw invalid(`the metric ${name} has no help: say in a sentence what it tells`);
  }
  if (typeof labels !== 'object' || labels === null) {
    throw invalid(`the labels of ${name} are ${printable(labels)}: give an object of strings`);
  }
  for (const [label, value] of Object.entries(labels)) checkLabel(name, label, value);
  if (definition.kind === 'histogram') checkBuckets(definition);
}

function checkName({ kind, name }: Unplaced): void {
  if (typeof name !== 'string' || !/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) {
    throw invalid(
      `the metric's name is ${printable(name)}: give letters, digits and underscores, such as shop_orders_total`,
    );
  }
  if (NOT_OF_A_LOOP.test(name)) {
    throw invalid(`the metric's name is ${name}: process_ and nodejs_ are the process's own`);
  }
  if (kind === 'counter') {
    if (name.endsWith('_total')) return;
    throw invalid(`the counter's name is ${name}: a counter ends with _total`);
  }
  if (SUFFIX.test(name)) {
    throw invalid(
      `the ${kind}'s name is ${name}: _total is for counters, and _count, _sum and _bucket are of histograms`,
    );
  }
}

function checkLabel(name: string, label: string, value: unknown): void {
  if (!/^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/.test(label) || TAKEN_LABELS.includes(label)) {
    throw invalid(
      `the metric ${name} has a label '${label}': give letters, digits and underscores, and none of ${TAKEN_LABELS.join(', ')}`,
    );
  }
  if (typeof value !== 'string') {
    throw invalid(`the label ${label} of the metric ${name} is ${printable(value)}: give a string`);
  }
}

function checkBuckets({ name, buckets }: Unplaced): void {
  const isList = Array.isArray(buckets) && buckets.length > 0 && buckets.length <= MOST_BUCKETS;
  const ascends =
    isList &&
    buckets.every(
      (bound, index) => Number.isFinite(bound) && (index === 0 || bound > buckets[index - 1]!),
    );
  if (ascends) return;
  throw invalid(
    `the buckets of ${name} are ${printable(buckets)}: give 1 to ${MOST_BUCKETS} finite numbers, ascending`,
  );
}

function invalid(message: string): GevError {
  return new GevError('ERR_GEV_INVALID_OPTION', message);
}
