import {
  type BatchMemory,
  Column,
  GevError,
  OrderKind,
  ROW_SIZE,
  type WriteBuffer,
} from '@gev/core';

/**
 * From how many bytes on a write asks whether the bytes lie in the input region and need no copy.
 * Below it the copy costs less than the question: `buffer` of a typed array is a call out of
 * compiled code (about 60 ns against 20 ns for 64 bytes).
 */
const WORTH_A_LOOK = 512;

/**
 * The output of a loop between two flushes: messages are packed one behind the other into the
 * output region, and one order row is noted for each stretch of bytes of one connection.
 * Allocates nothing.
 *
 * In the output region stand, in this order: bytes noted in rows; from `start` on the stretch of
 * whole messages to the target, not yet noted; from `message` to `position` the message under way.
 */
export class Outbox implements WriteBuffer {
  readonly #arena: Uint8Array;
  readonly #memory: ArrayBuffer;
  readonly #view: DataView;
  readonly #orders: Int32Array;
  readonly #maxOrders: number;
  readonly #queued: Uint32Array;
  /** By slot: the last row noted for it. An older flush's is told by what stands in the row now. */
  readonly #lastRow: Int32Array;
  /** Where the output region begins, how far stretches to share reach at most, and where it ends. */
  readonly #bottom: number;
  readonly #half: number;
  readonly #end: number;
  /** From where a flush frees the region: from the bottom, or from behind what is being shared. */
  #base: number;
  #sharing = 0;
  readonly #flush: (orders: number) => void;
  readonly #mostUnsent: (slot: number) => number;
  readonly #encoder = new TextEncoder();
  /** True while the input region holds the batch under way, so that views of it may be sent. */
  inputIsLive = false;
  /** Raised by each flush: what was staged under an older number has been handed over. */
  epoch = 0;
  /** Messages and bytes that were ever ended. */
  messages = 0;
  bytes = 0;
  #count = 0;
  #slot = -1;
  #generation = 0;
  #start: number;
  #message: number;
  #position: number;
  #packing = false;
  /** Bytes of the message under way that stand in rows already. */
  #noted = 0;
  #handedOver = 0;

  /**
   * @param flush hands the first `orders` rows to the poller
   * @param mostUnsent how many bytes of a handle may be unsent; asked when a message outgrows the arena
   */
  constructor(
    memory: BatchMemory,
    flush: (orders: number) => void,
    mostUnsent: (slot: number) => number = () => Number.POSITIVE_INFINITY,
  ) {
    this.#arena = memory.arena;
    this.#memory = memory.arena.buffer;
    this.#view = new DataView(memory.arena.buffer);
    this.#orders = memory.orders;
    this.#maxOrders = memory.maxOrders;
    this.#queued = memory.queued;
    this.#lastRow = new Int32Array(memory.maxHandles);
    this.#bottom = memory.inputSize;
    this.#base = this.#bottom;
    this.#half = this.#bottom + memory.outputSize / 2;
    this.#end = this.#bottom + memory.outputSize;
    this.#start = this.#base;
    this.#message = this.#base;
    this.#position = this.#base;
    this.#flush = flush;
    this.#mostUnsent = mostUnsent;
  }

  /** True when nothing waits for a flush. */
  get isEmpty(): boolean {
    return this.#count === 0 && this.#start === this.#message;
  }

  /** Bytes of the last message that a flush has taken already, because it outgrew the arena. */
  get handedOver(): number {
    return this.#handedOver;
  }

  /**
   * Begins a message to a handle; between this and {@link end} or {@link rollback} only writes.
   *
   * Writes throw `ERR_GEV_OUTPUT_LIMIT` when the message outgrows the arena and more of it is unsent
   * than may be: then it is to be rolled back.
   *
   * @throws GevError `ERR_GEV_HANDLER` when a `pack` sends another message
   */
  begin(slot: number, generation: number): void {
    if (this.#packing) throw sendInsidePack();
    if (slot !== this.#slot || generation !== this.#generation) this.#turnTo(slot, generation);
    this.#packing = true;
    this.#noted = 0;
    this.#handedOver = 0;
  }

  /** Ends the message and returns its size in bytes. */
  end(): number {
    const size = this.#noted + this.#position - this.#message;
    this.#message = this.#position;
    this.#packing = false;
    this.messages += 1;
    this.bytes += size;
    return size;
  }

  /**
   * Takes the message under way back. Returns false when a part of it has already left, because
   * it is larger than the arena: then the connection can only be closed.
   */
  rollback(): boolean {
    this.#position = this.#message;
    this.#packing = false;
    return this.#noted === 0;
  }

  /**
   * Puts bytes where {@link sendShared} finds them, once for any number of receivers, until the
   * {@link unshare} that belongs to it, and returns where. They leave with the next flush like any
   * message: a receiver of several stretches gets them in one system call. -1: there is no room for
   * them, they have to be sent one by one.
   */
  share(bytes: Uint8Array): number {
    if (this.#packing) throw sendInsidePack();
    this.#noteStretch();
    const size = bytes.length;
    // What is pinned leaves at least half of the region to messages.
    if (this.#position + size > this.#half && this.#sharing === 0) this.flush();
    if (this.#position + size > this.#half) return -1;
    const offset = this.#position;
    this.#arena.set(bytes, offset);
    this.#moveTo(offset + size);
    this.#base = offset + size;
    this.#sharing += 1;
    return offset;
  }

  /** Sends `size` bytes that {@link share} put at `offset` as one message. */
  sendShared(slot: number, generation: number, offset: number, size: number): void {
    this.begin(slot, generation);
    this.#noteStretch();
    this.#packing = false;
    if (!this.#extend(slot, generation, offset, size)) {
      this.#keepRoom(2);
      this.#note(OrderKind.write, slot, generation, offset, size);
    }
    this.messages += 1;
    this.bytes += size;
  }

  /** Ends a sharing, the last that was begun first: flushes need to keep the bytes no longer. */
  unshare(): void {
    this.#sharing -= 1;
    if (this.#sharing === 0) this.#base = this.#bottom;
  }

  #moveTo(position: number): void {
    this.#start = position;
    this.#message = position;
    this.#position = position;
  }

  /** Notes an order without bytes: shutdown, close, abort, pause, resume. */
  order(kind: number, slot: number, generation: number): void {
    this.#noteStretch();
    this.#keepRoom(2);
    this.#note(kind, slot, generation, 0, 0);
  }

  /** Hands everything that is noted, and every whole message, to the poller. */
  flush(): void {
    this.#noteStretch();
    if (this.#count > 0) this.#handOver();
    if (!this.#packing) this.#moveTo(this.#base);
  }

  writeUint8(value: number): void {
    if (this.#position === this.#end) this.#makeRoom(1);
    this.#arena[this.#position++] = value;
  }

  writeUint16(value: number): void {
    if (this.#position + 2 > this.#end) this.#makeRoom(2);
    this.#view.setUint16(this.#position, value);
    this.#position += 2;
  }

  writeUint32(value: number): void {
    if (this.#position + 4 > this.#end) this.#makeRoom(4);
    this.#view.setUint32(this.#position, value);
    this.#position += 4;
  }

  writeUint64(value: bigint): void {
    if (this.#position + 8 > this.#end) this.#makeRoom(8);
    this.#view.setBigUint64(this.#position, value);
    this.#position += 8;
  }

  write(bytes: Uint8Array): void {
    const size = bytes.length;
    // What has no length, or is no array of bytes, is refused there.
    if (!(size < WORTH_A_LOOK && bytes.BYTES_PER_ELEMENT === 1)) {
      this.#writeLarge(bytes);
      return;
    }
    if (this.#position + size > this.#end) this.#makeRoom(size);
    this.#arena.set(bytes, this.#position);
    this.#position += size;
  }

  writeString(text: string): number {
    // A UTF-16 unit gives at most three bytes (a surrogate pair: four for two units).
    const most = 3 * text.length;
    if (most > this.#end - this.#base) return this.#writeLongString(text);
    if (this.#position + most > this.#end) this.#makeRoom(most);
    const target = new Uint8Array(this.#memory, this.#position, most);
    const { written } = this.#encoder.encodeInto(text, target);
    this.#position += written;
    return written;
  }

  #writeLongString(text: string): number {
    const bytes = this.#encoder.encode(text);
    this.#writeLarge(bytes);
    return bytes.length;
  }

  #writeLarge(bytes: Uint8Array): void {
    if (!(ArrayBuffer.isView(bytes) && bytes.BYTES_PER_ELEMENT === 1)) throw notBytes(bytes);
    if (this.inputIsLive && bytes.buffer === this.#memory) {
      this.#writeInPlace(bytes.byteOffset, bytes.length);
      return;
    }
    let done = 0;
    while (done < bytes.length) {
      if (this.#position === this.#end) this.#makeRoom(1);
      const size = Math.min(bytes.length - done, this.#end - this.#position);
      this.#arena.set(bytes.subarray(done, done + size), this.#position);
      this.#position += size;
      done += size;
    }
  }

  /** Sends a stretch of the input region from where it lies. */
  #writeInPlace(offset: number, length: number): void {
    this.#noteUnderWay();
    this.#keepRoom(2);
    this.#note(OrderKind.write, this.#slot, this.#generation, offset, length);
    this.#noted += length;
    // It takes no room: what a message writes so is handed over as often as if it did.
    if (this.#noted - this.#handedOver > this.#end - this.#bottom) this.#handOver();
  }

  #turnTo(slot: number, generation: number): void {
    this.#noteStretch();
    this.#keepRoom(1);
    this.#slot = slot;
    this.#generation = generation;
  }

  /** Notes the whole messages to the target as one order. There is always a row left for it. */
  #noteStretch(): void {
    const size = this.#message - this.#start;
    if (size === 0) return;
    this.#note(OrderKind.write, this.#slot, this.#generation, this.#start, size);
    this.#start = this.#message;
  }

  /**
   * Makes sure of `rows` more rows; called only when nothing waits outside of the rows, so that a
   * new epoch means for every connection that its staged bytes were handed over.
   */
  #keepRoom(rows: number): void {
    if (this.#count + rows > this.#maxOrders) this.#handOver();
  }

  /** Notes what there is of the message under way, behind the whole ones. */
  #noteUnderWay(): void {
    const size = this.#position - this.#message;
    this.#message = this.#position;
    this.#noteStretch();
    this.#noted += size;
  }

  /** Lengthens the handle's last row, if it is a write that ends where these bytes begin. */
  #extend(slot: number, generation: number, offset: number, length: number): boolean {
    const row = this.#lastRow[slot]!;
    const orders = this.#orders;
    const at = row * ROW_SIZE;
    const reaches =
      row < this.#count &&
      orders[at + Column.slot] === slot &&
      orders[at + Column.generation] === generation &&
      orders[at + Column.kind] === OrderKind.write &&
      orders[at + Column.offset]! + orders[at + Column.length]! === offset;
    if (reaches) orders[at + Column.length]! += length;
    return reaches;
  }

  #note(kind: number, slot: number, generation: number, offset: number, length: number): void {
    const orders = this.#orders;
    this.#lastRow[slot] = this.#count;
    const at = this.#count * ROW_SIZE;
    orders[at + Column.kind] = kind;
    orders[at + Column.slot] = slot;
    orders[at + Column.generation] = generation;
    orders[at + Column.offset] = offset;
    orders[at + Column.length] = length;
    this.#count += 1;
  }

  #handOver(): void {
    const count = this.#count;
    this.#count = 0;
    this.epoch += 1;
    this.#handedOver = this.#noted;
    this.#flush(count);
    if (this.#packing) this.#judge();
  }

  /** What is unsent only grows until the message ends: no need to take the rest of it. */
  #judge(): void {
    const unsent = this.#queued[this.#slot]!;
    const most = this.#mostUnsent(this.#slot);
    if (unsent > most) throw outgrown(unsent, most);
  }

  /**
   * Makes room for `size` bytes, at most the output region: flushes what is whole and moves the
   * message under way to the front; if it fills the region by itself, what there is of it leaves.
   */
  #makeRoom(size: number): void {
    this.flush();
    const fits = this.#position - this.#message + size <= this.#end - this.#base;
    if (!fits) {
      this.#noteUnderWay();
      this.#handOver();
    }
    const underWay = this.#position - this.#message;
    this.#arena.copyWithin(this.#base, this.#message, this.#position);
    this.#start = this.#base;
    this.#message = this.#base;
    this.#position = this.#base + underWay;
  }
}

function sendInsidePack(): GevError {
  return new GevError(
    'ERR_GEV_HANDLER',
    'a protocol sent a message from inside pack(): write to the buffer that pack was given',
  );
}

function outgrown(unsent: number, most: number): GevError {
  return new GevError(
    'ERR_GEV_OUTPUT_LIMIT',
    `a message was given up while it was packed: ${unsent} bytes wait for the peer, ${most} may`,
  );
}

function notBytes(value: unknown): GevError {
  return new GevError(
    'ERR_GEV_HANDLER',
    `a value of type ${typeof value} is no bytes: give a Uint8Array, or a protocol that packs it`,
  );
}
