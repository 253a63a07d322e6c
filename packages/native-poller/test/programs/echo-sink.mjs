// A sink for child programs: echoes data, closes after the peer's end. Not a loop: no leftovers,
// no limits.
import { EventKind, OrderKind, ROW_SIZE } from '@gev/core';

export class EchoSink {
  /** Rows by kind. */
  counts = {};
  /** Called for every row, `{ kind, slot, generation, detail }`, before it is answered. */
  onRow = () => {};
  #poller;
  #orders = 0;

  constructor(poller) {
    this.#poller = poller;
  }

  onBatch(rows) {
    const { events } = this.#poller.memory;
    for (let row = 0; row < rows; row += 1) {
      const [kind, slot, generation, offset, length, detail] = events.subarray(row * ROW_SIZE);
      this.counts[kind] = (this.counts[kind] ?? 0) + 1;
      this.onRow({ kind, slot, generation, detail });
      if (kind === EventKind.data) this.order(OrderKind.write, slot, generation, offset, length);
      if (kind === EventKind.ended) this.order(OrderKind.close, slot, generation);
    }
    this.flush();
  }

  order(kind, slot, generation, offset = 0, length = 0) {
    const { orders } = this.#poller.memory;
    orders.set([kind, slot, generation, offset, length, 0], this.#orders * ROW_SIZE);
    this.#orders += 1;
  }

  flush() {
    const orders = this.#orders;
    this.#orders = 0;
    if (orders > 0) this.#poller.flush(orders);
  }
}
