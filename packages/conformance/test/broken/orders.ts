import { type PollerSink, ROW_SIZE } from '@gev/core';
import type { MemoryPoller } from '../../src/memory-poller/index.js';
import { BrokenPoller, type RowView, rowsOf } from './broken-poller.js';

export class HearsAnotherOrder extends BrokenPoller {
  constructor(
    readonly given: number,
    readonly heard: number,
    ...rest: ConstructorParameters<typeof MemoryPoller>
  ) {
    super(...rest);
  }
  protected override order(row: RowView): void {
    if (row.get('kind') === this.given) row.set('kind', this.heard);
  }
}

export class ReversesOrders extends BrokenPoller {
  override flush(orders: number): number {
    const { memory } = this;
    if (orders > 1 && orders <= memory.maxOrders) {
      const rows = rowsOf(memory.orders.slice(0, orders * ROW_SIZE), orders).reverse();
      for (const [index, { table, at }] of rows.entries()) {
        memory.orders.set(table.subarray(at, at + ROW_SIZE), index * ROW_SIZE);
      }
    }
    return super.flush(orders);
  }
}

/** Reads the output region when the loop has it back. */
export class SendsTooLate extends BrokenPoller {
  override flush(orders: number): number {
    const given = this.memory.orders.slice(0, Math.max(0, orders) * ROW_SIZE);
    setImmediate(() => {
      this.memory.orders.set(given);
      try {
        super.flush(given.length / ROW_SIZE);
      } catch {
        // stopped in the meantime
      }
    });
    return 0;
  }
}

export class HidesTheQueue extends BrokenPoller {
  override flush(orders: number): number {
    const results = super.flush(orders);
    this.memory.queued.fill(0);
    return results;
  }
}

export class CallsBackInsideFlush extends BrokenPoller {
  #sink: PollerSink | undefined;
  override start(sink: PollerSink): void {
    this.#sink = sink;
    super.start(sink);
  }
  override flush(orders: number): number {
    const results = super.flush(orders);
    if (orders > 0) this.#sink?.onBatch(1);
    return results;
  }
}
