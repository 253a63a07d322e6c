import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';

/** prom-client would look a hundred times a second how late this thread is; nobody asks. */
const NEVER = 2 ** 31 - 1;

/** prom-client's metrics of the whole process; those of the one thread that this runs in are left. */
export function processMetrics(): Metric[] {
  const all = new Registry();
  collectDefaultMetrics({ register: all, eventLoopMonitoringPrecision: NEVER });
  return (all.getMetricsAsArray() as unknown as Metric[]).filter((metric) =>
    nameOf(metric).startsWith('process_'),
  );
}

function nameOf(metric: Metric): string {
  return (metric as Metric & { readonly name: string }).name;
}
