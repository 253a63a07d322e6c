import {
  type Address,
  BatchMemory,
  type BatchOptions,
  Column,
  type HandOverResult,
  handleOf,
  type Listening,
  OrderKind,
  type Poller,
  type PollerSink,
  ROW_SIZE,
} from '@gev/core';

export interface Row {
  readonly kind: number;
  readonly slot: number;
  readonly generation?: number;
  readonly bytes?: string;
  readonly detail?: number;
}

/**
 * A poller without sockets whose every row the test decides: for the orders of events that no
 * real socket can be made to produce.
 */
export class ScriptedPoller implements Poller {
  readonly name = 'scripted';
  readonly supports = {
    handOff: false,
    reusePort: false,
    unixSockets: false,
    halfClose: true,
    socketOptions: false,
  };
  readonly memory: BatchMemory;
  readonly mailbox = 1;
  /** What `receive` gives next. */
  letters: Uint8Array[] = [];
  readonly sent: string[] = [];
  readonly orders: string[] = [];
  flushes = 0;
  stopped = false;
  /** Result rows of the next flush. */
  results: Row[] = [];
  #sink: PollerSink | undefined;

  constructor(options: BatchOptions = {}) {
    this.memory = new BatchMemory({
      inputSize: 4096,
      outputSize: 4096,
      maxHandles: 64,
      ...options,
    });
  }

  start(sink: PollerSink): void {
    this.#sink = sink;
  }

  /** Delivers one batch. */
  batch(rows: readonly Row[]): void {
    let offset = 0;
    for (const [index, row] of rows.entries()) {
      const bytes = Buffer.from(row.bytes ?? '');
      this.memory.arena.set(bytes, offset);
      this.#write(this.memory.events, index, row, offset, bytes.length);
      offset += bytes.length;
    }
    this.#sink?.onBatch(rows.length);
  }

  flush(orders: number): number {
    this.flushes += 1;
    const rows = this.memory.orders;
    for (let at = 0; at < orders * ROW_SIZE; at += ROW_SIZE) {
      const slot = rows[at + Column.slot]!;
      const offset = rows[at + Column.offset]!;
      const bytes = this.memory.arena.subarray(offset, offset + rows[at + Column.length]!);
      const isWrite = rows[at + Column.kind] === OrderKind.write;
      if (isWrite) this.sent.push(`${slot}:${Buffer.from(bytes).toString()}`);
      else this.orders.push(`${slot}:${rows[at + Column.kind]}`);
    }
    const results = this.results.splice(0);
    for (const [index, row] of results.entries())
      this.#write(this.memory.results, index, row, 0, 0);
    return results.length;
  }

  listen(address: Address): Promise<Listening> {
    return Promise.resolve({ handle: handleOf(0, 1), address });
  }

  connect(): number {
    return handleOf(1, 1);
  }

  remoteAddress(): undefined {}

  localAddress(): undefined {}

  queueCapacity(): number {
    return 0;
  }

  release(): number {
    return -1;
  }

  adopt(): number {
    return -1;
  }

  stop(): void {
    this.stopped = true;
  }

  #write(table: Int32Array, index: number, row: Row, offset: number, length: number): void {
    const at = index * ROW_SIZE;
    table[at + Column.kind] = row.kind;
    table[at + Column.slot] = row.slot;
    table[at + Column.generation] = row.generation ?? 1;
    table[at + Column.offset] = offset;
    table[at + Column.length] = length;
    table[at + Column.detail] = row.detail ?? 0;
  }

  handOver(): HandOverResult {
    return 'gone';
  }

  post(_mailbox: number, bytes: Uint8Array): boolean {
    this.letters.push(bytes.slice());
    return true;
  }

  receive(): Uint8Array[] {
    return this.letters.splice(0);
  }
}
