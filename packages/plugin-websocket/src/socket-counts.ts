import type { CounterMetric, EventLoop, LoopMetrics, MetricOptions } from '@gev/core';
import { trace } from './trace.js';

const byLoop = new WeakMap<LoopMetrics, SocketCounts>();

/** What a loop counts of its WebSockets, those of servers and of clients. */
export class SocketCounts {
  readonly #metrics: LoopMetrics;
  readonly #opened: CounterMetric;
  readonly #closed = new Map<string, CounterMetric>();

  private constructor(metrics: LoopMetrics) {
    this.#metrics = metrics;
    this.#opened = counterOf(metrics, {
      name: 'gev_websocket_opened_total',
      help: 'WebSockets whose handshake succeeded.',
    });
  }

  static of({ metrics }: EventLoop): SocketCounts {
    const known = byLoop.get(metrics);
    if (known !== undefined) return known;
    const counts = new SocketCounts(metrics);
    byLoop.set(metrics, counts);
    return counts;
  }

  opened(): void {
    this.#opened.add();
  }

  closed(code: number): void {
    const label = labelOf(code);
    const known = this.#closed.get(label);
    if (known !== undefined) known.add();
    else this.#firstOf(label).add();
  }

  #firstOf(code: string): CounterMetric {
    const counter = counterOf(this.#metrics, {
      name: 'gev_websocket_closed_total',
      help: 'WebSockets that ended, by the code that onClose was told.',
      labels: { code },
    });
    this.#closed.set(code, counter);
    return counter;
  }
}

/** A loop whose metrics the user's own have filled still opens WebSockets, and tells `onClose`. */
function counterOf(metrics: LoopMetrics, options: MetricOptions): CounterMetric {
  try {
    return metrics.counter(options);
  } catch (error) {
    trace('%s is not counted: %s', options.name, error);
    return { value: 0, add() {} };
  }
}

/** Codes of an application are taken together: a peer must not be able to make thousands of series. */
function labelOf(code: number): string {
  if (code < 3_000) return String(code);
  return code < 4_000 ? '3xxx' : '4xxx';
}
