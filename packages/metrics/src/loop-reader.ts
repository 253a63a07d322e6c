import { Counter, type LoopCounters, type MetricDefinition, MetricReader } from '@gev/core';
import { processTime, type ThreadLoad, threadLoadOf } from './thread-load.js';

/** Reads what one loop counts and how its thread fares. */
export class LoopReader extends MetricReader {
  readonly loop: string;

  constructor({ loop, counters }: LoopCounters) {
    super(counters);
    this.loop = loop;
  }

  get load(): ThreadLoad {
    return threadLoadOf(this.counters, processTime());
  }

  override value(series: MetricDefinition): number {
    if (series.slot === Counter.busyRatio) return this.load.busy;
    if (series.slot === Counter.lag) return this.load.lag;
    return super.value(series);
  }
}
