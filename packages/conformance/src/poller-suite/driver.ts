import {
  type Address,
  EventKind,
  generationOf,
  OrderKind,
  type Poller,
  type PollerSink,
  ROW_SIZE,
  type SocketOptions,
  slotOf,
} from '@gev/core';
import { Invariants } from './invariants.js';
import { type Row, readRow } from './row.js';

type Order = (typeof OrderKind)[keyof typeof OrderKind];

/** Plays the loop: writes orders, records every row, checks what must always hold. */
export class PollerDriver implements PollerSink {
  readonly invariants: Invariants;
  /** Event rows in the order of their arrival. */
  readonly rows: Row[] = [];
  /** Result rows in the order of their arrival. */
  readonly results: Row[] = [];
  batches = 0;
  /** Called for each row inside the batch; orders that it gives are flushed at the batch's end. */
  onRow: ((row: Row) => void) | undefined;
  readonly #poller: Poller;
  readonly #received = new Map<number, { chunks: Uint8Array[]; length: number }>();
  readonly #closed = new Map<number, Row>();
  readonly #given: { kind: number; handle: number }[] = [];
  #orders = 0;
  #output = 0;
  #inBatch = false;
  #inFlush = false;
  #stopped = false;

  constructor(poller: Poller) {
    this.#poller = poller;
    this.invariants = new Invariants(poller.memory);
  }

  onBatch(count: number): void {
    const wrong = this.#whatIsWrong(count);
    if (wrong) {
      this.invariants.fault(wrong);
      return;
    }
    const { memory } = this.#poller;
    this.batches += 1;
    this.#inBatch = true;
    const rows: Row[] = [];
    for (let index = 0; index < count; index += 1) {
      rows.push(readRow(memory.events, index, memory, this.batches));
    }
    this.invariants.checkBatch(rows);
    for (const row of rows) this.#take(row);
    if (this.#orders > 0 && !this.#stopped) this.flush();
    this.#inBatch = false;
  }

  connect(address: Address, options?: SocketOptions): number {
    const before = this.rows.length;
    const handle = this.#poller.connect(address, options);
    this.invariants.addHandle(handle, false);
    if (this.rows.length !== before) this.invariants.fault('connect() called the sink');
    return handle;
  }

  order(kind: Order, handle: number, offset = 0, length = 0): void {
    this.orderRow([kind, slotOf(handle), generationOf(handle), offset, length, 0]);
    this.#given.push({ kind, handle });
    if (this.#orders === this.#poller.memory.maxOrders) this.flush();
  }

  /** Writes an order row of any content. */
  orderRow(row: readonly number[]): void {
    this.#poller.memory.orders.set(row, this.#orders * ROW_SIZE);
    this.#orders += 1;
  }

  /** Orders a write of `bytes` by way of the output region, flushing when that is full. */
  write(handle: number, bytes: Uint8Array): void {
    const { arena, inputSize, outputSize } = this.#poller.memory;
    for (let from = 0; from < bytes.length; ) {
      if (this.#output === outputSize) this.flush();
      const part = bytes.subarray(from, from + outputSize - this.#output);
      const offset = inputSize + this.#output;
      arena.set(part, offset);
      this.#output += part.length;
      from += part.length;
      this.order(OrderKind.write, handle, offset, part.length);
    }
  }

  /** Orders a write of the very bytes of a `data` row, without a copy. */
  echo(row: Row): void {
    this.order(OrderKind.write, row.handle, row.offset, row.length);
  }

  /** Carries out the orders, then spoils the output region: it is the loop's again. */
  flush(): void {
    const orders = this.#orders;
    const batch = this.#inBatch ? this.batches : 0;
    const given = this.#given.splice(0);
    this.#orders = 0;
    for (const { kind, handle } of given) this.invariants.order(kind, handle, batch);
    this.#inFlush = true;
    const { memory } = this.#poller;
    try {
      const count = this.#poller.flush(orders);
      for (let index = 0; index < count; index += 1) {
        const row = readRow(memory.results, index, memory, batch);
        this.results.push(row);
        this.invariants.checkResult(row);
        if (row.kind === EventKind.closed) this.#closed.set(row.handle, row);
      }
    } finally {
      this.#inFlush = false;
      memory.arena.fill(0xee, memory.inputSize, memory.inputSize + this.#output);
      this.#output = 0;
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#poller.stop();
  }

  /** Bytes of a handle that arrived so far. */
  receivedLength(handle: number): number {
    return this.#received.get(handle)?.length ?? 0;
  }

  received(handle: number): Uint8Array {
    return Buffer.concat(this.#received.get(handle)?.chunks ?? []);
  }

  /** The `closed` row of a handle, be it an event or a result. */
  closed(handle: number): Row | undefined {
    return this.#closed.get(handle);
  }

  /** Event rows of one kind, of one handle or of all. */
  find(kind: number, handle?: number): Row[] {
    return this.rows.filter(
      (row) => row.kind === kind && (handle === undefined || row.handle === handle),
    );
  }

  #whatIsWrong(count: number): string | undefined {
    if (this.#inFlush) return 'onBatch was called inside flush';
    if (this.#inBatch) return 'onBatch was called inside onBatch';
    if (this.#stopped) return 'onBatch was called after stop';
    if (count >= 1 && count <= this.#poller.memory.maxEvents) return undefined;
    return `a batch has ${count} rows`;
  }

  #take(row: Row): void {
    if (this.#stopped) return;
    this.rows.push(row);
    this.invariants.checkEvent(row);
    if (row.kind === EventKind.closed) this.#closed.set(row.handle, row);
    if (row.kind === EventKind.data) {
      const got = this.#received.get(row.handle) ?? { chunks: [], length: 0 };
      got.chunks.push(row.bytes);
      got.length += row.length;
      this.#received.set(row.handle, got);
    }
    this.onRow?.(row);
  }
}
