import {
  type Address,
  Column,
  EventKind,
  generationOf,
  handleOf,
  OrderKind,
  type Poller,
  type PollerSink,
  ROW_SIZE,
  slotOf,
} from '@gev/core';
import { createNativePoller, type NativePollerOptions } from '../src/index.js';

export const anyPort = { transport: 'tcp', host: '127.0.0.1', port: 0 } as const;

export interface Row {
  readonly kind: number;
  readonly handle: number;
  readonly offset: number;
  readonly length: number;
  readonly detail: number;
}

/** A started poller that records its rows and, when asked to, echoes. */
export class Loop implements PollerSink {
  readonly poller: Poller;
  readonly rows: Row[] = [];
  echo = false;
  #orders = 0;

  constructor(options: NativePollerOptions = {}) {
    this.poller = createNativePoller(options);
    this.poller.start(this);
  }

  onBatch(count: number): void {
    for (let index = 0; index < count; index += 1) {
      const row = this.#read(this.poller.memory.events, index);
      this.rows.push(row);
      if (!this.echo) continue;
      if (row.kind === EventKind.data) {
        this.order(OrderKind.write, row.handle, row.offset, row.length);
      }
      if (row.kind === EventKind.ended) this.order(OrderKind.close, row.handle);
    }
    this.flush();
  }

  order(kind: number, handle: number, offset = 0, length = 0): void {
    const { orders, maxOrders } = this.poller.memory;
    const row = [kind, slotOf(handle), generationOf(handle), offset, length, 0];
    orders.set(row, this.#orders * ROW_SIZE);
    this.#orders += 1;
    if (this.#orders === maxOrders) this.flush();
  }

  flush(): void {
    const orders = this.#orders;
    this.#orders = 0;
    if (orders === 0) return;
    const results = this.poller.flush(orders);
    for (let index = 0; index < results; index += 1) {
      this.rows.push(this.#read(this.poller.memory.results, index));
    }
  }

  /** The handle of the `index`th row of a kind, once it has come. */
  async handleOf(kind: number, index = 0): Promise<number> {
    await until(() => this.find(kind).length > index);
    return this.find(kind)[index]!.handle;
  }

  find(kind: number): Row[] {
    return this.rows.filter((row) => row.kind === kind);
  }

  async listen(address: Address = anyPort): Promise<{ host: string; port: number }> {
    const listening = await this.poller.listen(address);
    if (listening.address.transport !== 'tcp') throw new Error('not TCP');
    return listening.address;
  }

  #read(table: Int32Array, index: number): Row {
    const at = index * ROW_SIZE;
    const column = (name: keyof typeof Column) => table[at + Column[name]]!;
    return {
      kind: column('kind'),
      handle: handleOf(column('slot'), column('generation')),
      offset: column('offset'),
      length: column('length'),
      detail: column('detail'),
    };
  }
}

/** Waits for a condition, turn by turn; the runner's time-out bounds it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
