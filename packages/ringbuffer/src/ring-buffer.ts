import type { ReadBuffer, WriteBuffer } from '@gev/core';
import { COPY_BY_LOOP, copy, copyAscii } from './copy.js';
import { bufferLimit, invalidOption } from './error.js';
import { limit, wholeNumber } from './options.js';

/** The memory of a buffer that has none. */
const EMPTY = new Uint8Array(0);

/** So many bytes are searched by a loop, before a view is made for the native search. */
const SEARCH_BY_LOOP = 128;

const encoder = new TextEncoder();

/**
 * A queue of bytes in one piece of memory that wraps round and grows when it is full.
 *
 * It has memory of its own, taken at the first write, or is laid over somebody else's
 * ({@link RingBuffer.withData}). Foreign memory is only read: the first write moves what is
 * unread into own memory.
 *
 * Views (from `peek`, `take`) show the memory itself. They are valid until the next write, or,
 * for foreign memory, as long as its owner leaves the bytes alone.
 */
export class RingBuffer implements ReadBuffer, WriteBuffer {
  readonly #initialCapacity: number;
  readonly #maxCapacity: number;
  /**
   * The ring lies in `#data` from `#base` up to `#end`. What is unread begins at `#read`
   * (`#base <= #read < #end`, but for an empty ring) and has `#length` bytes, of which the first
   * `#virtual` have been read virtually. Lengths, not a second position: read and write position
   * are equal in a full ring as in an empty one, lengths are not.
   */
  #data: Uint8Array = EMPTY;
  /** `#data.buffer` and `#data.byteOffset`, whose getters are slow in V8. */
  #memory: ArrayBufferLike = EMPTY.buffer;
  #memoryOffset = 0;
  /** The same bytes: quicker for numbers than four loads, and blind to whether `#data` is a Buffer. */
  #numbers: DataView = new DataView(EMPTY.buffer);
  #base = 0;
  #end = 0;
  #read = 0;
  #length = 0;
  #virtual = 0;
  /** How long it may become without growing: the capacity, or 0 over foreign memory. */
  #writable = 0;
  #foreign = false;
  #peak = 0;

  /**
   * Takes no memory yet.
   *
   * @param initialCapacity bytes taken at the first write, though never more than `maxCapacity`
   * @param maxCapacity bytes past which it does not grow
   * @throws GevError `ERR_GEV_INVALID_OPTION`
   */
  constructor(initialCapacity = 1024, maxCapacity = Number.POSITIVE_INFINITY) {
    this.#maxCapacity = limit('maxCapacity', maxCapacity);
    this.#initialCapacity = wholeNumber('initialCapacity', initialCapacity, 1);
  }

  /** Bytes that can be read. */
  get length(): number {
    return this.#length;
  }

  /** Bytes of the memory that it holds or is laid over; 0 before the first write. */
  get capacity(): number {
    return this.#end - this.#base;
  }

  /** The most bytes that lay in it at once because of writes, since `clear` or `reset`. */
  get peakLength(): number {
    return this.#peak;
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** True when the unread bytes fill its memory, so that the next write makes it grow. */
  get isFull(): boolean {
    return this.#length !== 0 && this.#length === this.#end - this.#base;
  }

  /** Bytes that {@link RingBuffer.virtualRead} has yet to read. */
  get virtualLength(): number {
    return this.#length - this.#virtual;
  }

  /**
   * Lays the buffer over `length` bytes at `offset` of foreign memory, all of them unread. Neither
   * copies nor allocates; may be called again and again, quickest with the same `data`. The bytes
   * stay the caller's and are never written to. What was in the buffer before is dropped.
   *
   * @throws GevError `ERR_GEV_INVALID_OPTION` for a range outside of `data`
   */
  withData(data: Uint8Array, offset = 0, length = data.length - offset): this {
    const end = offset + length;
    if (!(offset >= 0 && length >= 0 && end <= data.length)) {
      throw invalidOption('a range', `${offset} + ${length}`, `one inside of ${data.length} bytes`);
    }
    if (data !== this.#data) this.#setData(data);
    this.#foreign = true;
    this.#writable = 0;
    this.#base = offset;
    this.#end = end;
    this.#read = offset;
    this.#length = length;
    this.#virtual = 0;
    return this;
  }

  peekUint8(offset = 0): number | undefined {
    if (!(offset >= 0 && offset < this.#length)) return undefined;
    return this.#byteAt(offset);
  }

  peekUint16(offset = 0): number | undefined {
    if (!(offset >= 0 && offset + 2 <= this.#length)) return undefined;
    const at = this.#after(this.#read, offset);
    return at + 2 <= this.#end ? this.#numbers.getUint16(at) : this.#getWrapped(at, 2);
  }

  peekUint32(offset = 0): number | undefined {
    if (!(offset >= 0 && offset + 4 <= this.#length)) return undefined;
    const at = this.#after(this.#read, offset);
    return at + 4 <= this.#end ? this.#numbers.getUint32(at) : this.#getWrapped(at, 4);
  }

  peekUint64(offset = 0): bigint | undefined {
    if (!(offset >= 0 && offset + 8 <= this.#length)) return undefined;
    const at = this.#after(this.#read, offset);
    if (at + 8 <= this.#end) return this.#numbers.getBigUint64(at);
    const low = this.#getWrapped(this.#after(at, 4), 4);
    return (BigInt(this.#getWrapped(at, 4)) << 32n) | BigInt(low);
  }

  /** The first `size` bytes, fewer when there are fewer; the second view when they wrap round. */
  peek(size: number): readonly [first: Uint8Array, second: Uint8Array] {
    const count = size > 0 ? Math.min(size, this.#length) : 0;
    const untilEnd = this.#end - this.#read;
    if (count <= untilEnd) return [this.#view(this.#read, count), EMPTY];
    const second = this.#view(this.#base, count - untilEnd);
    return [this.#view(this.#read, untilEnd), second];
  }

  /** All unread bytes, as {@link RingBuffer.peek}. */
  peekAll(): readonly [first: Uint8Array, second: Uint8Array] {
    return this.peek(this.#length);
  }

  /** Where `byte` (0 to 255) first stands, counted from the read position, or -1. */
  indexOf(byte: number, from = 0): number {
    const start = Math.max(from, 0);
    if (start >= this.#length) return -1;
    const data = this.#data;
    const at = this.#after(this.#read, start);
    const near = Math.min(at + SEARCH_BY_LOOP, at + this.#length - start, this.#end);
    for (let index = at; index < near; index += 1) {
      if (data[index] === byte) return start + index - at;
    }
    const searched = start + near - at;
    return searched < this.#length ? this.#indexOfFar(byte, searched) : -1;
  }

  /** A copy of all unread bytes. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#copyOfFirst(this.#length);
  }

  /** Drops up to `size` bytes. As every way of consuming it takes back the virtual reading. */
  retrieve(size: number): void {
    if (size > 0) this.#consume(Math.min(size, this.#length));
  }

  /** Drops everything and keeps the memory. */
  retrieveAll(): void {
    this.#consume(this.#length);
  }

  /**
   * Consumes `size` bytes as one piece: a view, or a copy where they wrap round. `undefined` when
   * there are fewer, and then nothing is consumed.
   *
   * @throws GevError `ERR_GEV_INVALID_OPTION` for a negative size: to answer "not yet" to the size
   * field of a hostile peer would wait for ever
   */
  take(size: number): Uint8Array | undefined {
    if (!(size <= this.#length)) return undefined;
    if (size < 0) throw invalidOption('size', size, 'a whole number from 0 on');
    const read = this.#read;
    const taken = read + size <= this.#end ? this.#view(read, size) : this.#copyOfFirst(size);
    this.#consume(size);
    return taken;
  }

  /** Consumes up to `target.length` bytes into `target` and returns how many. */
  read(target: Uint8Array): number {
    const count = Math.min(target.length, this.#length);
    this.#copyOut(0, target, count);
    this.#consume(count);
    return count;
  }

  /** Consumes one byte; `undefined` when there is none. */
  readByte(): number | undefined {
    if (this.#length === 0) return undefined;
    const byte = this.#data[this.#read]!;
    this.#consume(1);
    return byte;
  }

  /**
   * Reads on from where the last virtual reading stopped, up to `target.length` bytes, without
   * consuming them, and returns how many. {@link RingBuffer.virtualFlush} consumes what was read
   * so, {@link RingBuffer.virtualRevert} begins again at the read position. Writing in between is
   * allowed.
   */
  virtualRead(target: Uint8Array): number {
    const count = Math.min(target.length, this.#length - this.#virtual);
    this.#copyOut(this.#virtual, target, count);
    this.#virtual += count;
    return count;
  }

  /** Consumes what was read virtually. */
  virtualFlush(): void {
    this.#consume(this.#virtual);
  }

  /** Takes the virtual reading back. */
  virtualRevert(): void {
    this.#virtual = 0;
  }

  /** @throws GevError `ERR_GEV_BUFFER_LIMIT`, as every write; then nothing is written */
  writeUint8(value: number): void {
    const at = this.#makeRoom(1);
    this.#data[at] = value;
    this.#wrote(1);
  }

  /** The same as {@link RingBuffer.writeUint8}. */
  writeByte(value: number): void {
    this.writeUint8(value);
  }

  /** Big-endian, as are all integers; of a value that is too large the low bits are written. */
  writeUint16(value: number): void {
    const at = this.#makeRoom(2);
    if (at + 2 <= this.#end) this.#numbers.setUint16(at, value);
    else this.#putWrapped(at, 2, value);
    this.#wrote(2);
  }

  writeUint32(value: number): void {
    const at = this.#makeRoom(4);
    if (at + 4 <= this.#end) this.#numbers.setUint32(at, value);
    else this.#putWrapped(at, 4, value);
    this.#wrote(4);
  }

  writeUint64(value: bigint): void {
    const at = this.#makeRoom(8);
    if (at + 8 <= this.#end) {
      this.#numbers.setBigUint64(at, value);
    } else {
      this.#putWrapped(at, 4, Number(BigInt.asUintN(32, value >> 32n)));
      this.#putWrapped(this.#after(at, 4), 4, Number(BigInt.asUintN(32, value)));
    }
    this.#wrote(8);
  }

  /** Copies the bytes in. */
  write(bytes: Uint8Array): void {
    const size = bytes.length;
    if (size === 0) return;
    const at = this.#makeRoom(size);
    const untilEnd = this.#end - at;
    if (size <= untilEnd) {
      copy(bytes, 0, this.#data, at, size);
    } else {
      copy(bytes, 0, this.#data, at, untilEnd);
      copy(bytes, untilEnd, this.#data, this.#base, size - untilEnd);
    }
    this.#wrote(size);
  }

  /** Writes UTF-8 (a lone surrogate as U+FFFD) and returns the number of bytes. */
  writeString(text: string): number {
    const size = Buffer.byteLength(text, 'utf8');
    if (size === 0) return 0;
    const at = this.#makeRoom(size);
    if (size <= this.#end - at) {
      if (size === text.length && size <= COPY_BY_LOOP) copyAscii(text, this.#data, at);
      else encoder.encodeInto(text, new Uint8Array(this.#memory, at, size));
      this.#wrote(size);
    } else {
      this.write(encoder.encode(text));
    }
    return size;
  }

  /** Empties it and starts `peakLength` anew. Own memory stays, foreign memory is let go. */
  clear(): void {
    this.#consume(this.#length);
    if (this.#foreign) this.#setOwn(0);
    this.#peak = 0;
  }

  /** Empties it and gives memory above the initial capacity back. */
  reset(): void {
    this.clear();
    if (this.capacity > this.#initialCapacity) this.#setOwn(0);
  }

  /**
   * Gives own memory back that is not needed for the unread bytes.
   *
   * @param floor bytes of memory to keep nevertheless
   */
  shrink(floor = 0): void {
    const capacity = Math.max(this.#length, Math.ceil(floor));
    if (!this.#foreign && capacity < this.capacity) this.#setOwn(capacity);
  }

  /** For logs: how full it is, not what is in it. */
  toString(): string {
    return `RingBuffer(${this.#length} of ${this.capacity} bytes)`;
  }

  /** `offset` must be less than the length. */
  #byteAt(offset: number): number {
    return this.#data[this.#after(this.#read, offset)]!;
  }

  #getWrapped(at: number, size: number): number {
    let value = 0;
    for (let index = 0; index < size; index += 1) {
      value = value * 256 + this.#data[this.#after(at, index)]!;
    }
    return value;
  }

  #putWrapped(at: number, size: number, value: number): void {
    for (let index = 0; index < size; index += 1) {
      this.#data[this.#after(at, index)] = value >>> (8 * (size - 1 - index));
    }
  }

  /** The position `count` bytes further round the ring; `count` is at most the capacity. */
  #after(at: number, count: number): number {
    const next = at + count;
    return next < this.#end ? next : next - (this.#end - this.#base);
  }

  #view(at: number, size: number): Uint8Array {
    // A third quicker than subarray(), which looks for a species constructor.
    return new Uint8Array(this.#memory, this.#memoryOffset + at, size);
  }

  #copyOfFirst(size: number): Uint8Array<ArrayBuffer> {
    const copied = new Uint8Array(size);
    this.#copyOut(0, copied, size);
    return copied;
  }

  #consume(count: number): void {
    this.#length -= count;
    this.#virtual = 0;
    const read = this.#read + count;
    this.#read = read < this.#end ? read : read - (this.#end - this.#base);
  }

  /** Copies `count` bytes, `offset` behind the read position, to the front of `target`. */
  #copyOut(offset: number, target: Uint8Array, count: number): void {
    if (count === 0) return;
    const at = this.#after(this.#read, offset);
    const untilEnd = this.#end - at;
    if (count <= untilEnd) {
      copy(this.#data, at, target, 0, count);
    } else {
      copy(this.#data, at, target, 0, untilEnd);
      copy(this.#data, this.#base, target, untilEnd, count - untilEnd);
    }
  }

  #indexOfFar(byte: number, from: number): number {
    const at = this.#after(this.#read, from);
    const size = Math.min(this.#length - from, this.#end - at);
    const start = this.#memoryOffset + at;
    // A Buffer searches with memchr, ten times as quick as a Uint8Array.
    const index = Buffer.from(this.#memory, start, size).indexOf(byte);
    if (index !== -1) return from + index;
    return from + size < this.#length ? this.#indexOfFar(byte, from + size) : -1;
  }

  /** Makes room for `size` more bytes and returns the position of the first. */
  #makeRoom(size: number): number {
    const needed = this.#length + size;
    if (needed > this.#writable) this.#grow(needed);
    // Begins at the front again: fewer messages wrap round and have to be copied.
    else if (this.#length === 0) this.#read = this.#base;
    return this.#after(this.#read, this.#length);
  }

  #wrote(size: number): void {
    this.#length += size;
    if (this.#length > this.#peak) this.#peak = this.#length;
  }

  #grow(needed: number): void {
    if (needed > this.#maxCapacity) throw bufferLimit(needed, this.#maxCapacity);
    // Doubling, so that n bytes written one by one are copied less than 2n times.
    let capacity = Math.max(this.#writable, this.#initialCapacity);
    while (capacity < needed) capacity *= 2;
    this.#setOwn(Math.min(capacity, this.#maxCapacity));
  }

  /** Moves what is unread to own memory of `capacity` bytes, which must suffice. */
  #setOwn(capacity: number): void {
    const data = capacity === 0 ? EMPTY : new Uint8Array(capacity);
    this.#copyOut(0, data, this.#length);
    this.#setData(data);
    this.#foreign = false;
    this.#writable = capacity;
    this.#base = 0;
    this.#end = capacity;
    this.#read = 0;
  }

  #setData(data: Uint8Array): void {
    this.#data = data;
    this.#memory = data.buffer;
    this.#memoryOffset = data.byteOffset;
    this.#numbers = new DataView(data.buffer, data.byteOffset, data.length);
  }
}
