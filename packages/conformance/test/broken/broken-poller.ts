import { Column, type PollerSink, ROW_SIZE } from '@gev/core';
import { MemoryPoller } from '../../src/memory-poller/index.js';

/** One row of a table, to be changed in place. */
export class RowView {
  constructor(
    readonly table: Int32Array,
    readonly at: number,
  ) {}

  get(column: keyof typeof Column): number {
    return this.table[this.at + Column[column]] ?? 0;
  }

  set(column: keyof typeof Column, value: number): void {
    this.table[this.at + Column[column]] = value;
  }
}

/** A poller that lies to its sink, or hears its loop wrongly. */
export abstract class BrokenPoller extends MemoryPoller {
  override start(sink: PollerSink): void {
    super.start({
      onBatch: (rows) => {
        const kept = this.#keep(this.memory.events, rows, (row) => this.event(row));
        if (kept > 0) sink.onBatch(kept);
      },
    });
  }

  override flush(orders: number): number {
    const { memory } = this;
    const isWhole = Number.isInteger(orders) && orders >= 0 && orders <= memory.maxOrders;
    if (isWhole) for (const row of rowsOf(memory.orders, orders)) this.order(row);
    return this.#keep(memory.results, super.flush(orders), (row) => this.result(row));
  }

  /** Changes an event; false takes it out of the batch. */
  protected event(_row: RowView): boolean {
    return true;
  }

  protected result(row: RowView): boolean {
    return this.event(row);
  }

  protected order(_row: RowView): void {}

  #keep(table: Int32Array, rows: number, keep: (row: RowView) => boolean): number {
    let kept = 0;
    for (const row of rowsOf(table, rows)) {
      if (!keep(row)) continue;
      table.copyWithin(kept * ROW_SIZE, row.at, row.at + ROW_SIZE);
      kept += 1;
    }
    return kept;
  }
}

/** The first `rows` rows of a table. */
export function rowsOf(table: Int32Array, rows: number): RowView[] {
  return Array.from({ length: rows }, (_, index) => new RowView(table, index * ROW_SIZE));
}
