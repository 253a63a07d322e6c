import { limit, wholeNumber } from './options.js';
import { RingBuffer } from './ring-buffer.js';

/** Size class `i` holds peaks of up to `64 << i` bytes: 64 bytes (a cache line) to 32 MiB. */
const CLASSES = 20;
const SMALLEST_CLASS = 64;
const LARGEST_CLASS = SMALLEST_CLASS << (CLASSES - 1);

/** Part of the uses whose buffers are worth keeping; the largest of the rest are let go. */
const WORTH_KEEPING = 0.95;

/** How a {@link RingBufferPool} works; every value has a default. */
export interface RingBufferPoolOptions {
  /** Buffers kept at most for the next `take`. Default 1,024. */
  readonly maxKept?: number;
  /** Initial capacity of new buffers before the first calibration, in bytes. Default 1,024. */
  readonly initialCapacity?: number;
  /** Bytes past which a buffer of the pool does not grow. Default: no limit. */
  readonly maxCapacity?: number;
  /** Largest buffer that is kept before the first calibration, in bytes. Default 64 KiB. */
  readonly keepCapacity?: number;
  /** Calibrates after so many buffers given back. Default 42,000. */
  readonly calibrateAfter?: number;
}

/**
 * Lends buffers and keeps the ones given back, with their memory, for the next borrower.
 *
 * It learns from use: each `give` counts how full the buffer became at its fullest. From time to
 * time the most frequent size class becomes the capacity of new buffers, and buffers larger than
 * 95 % of the uses need are no longer kept. So one huge message does not hold its memory for
 * ever. At most `maxKept * keepCapacity` bytes are kept.
 *
 * A pool belongs to one thread, and usually to one loop.
 */
export class RingBufferPool {
  readonly #maxKept: number;
  readonly #maxCapacity: number;
  readonly #calibrateAfter: number;
  readonly #kept: RingBuffer[] = [];
  readonly #uses = new Uint32Array(CLASSES);
  #given = 0;
  #initialCapacity: number;
  #keepCapacity: number;

  /** @throws GevError `ERR_GEV_INVALID_OPTION` */
  constructor(options: RingBufferPoolOptions = {}) {
    this.#maxKept = wholeNumber('maxKept', options.maxKept ?? 1024, 0);
    this.#initialCapacity = wholeNumber('initialCapacity', options.initialCapacity ?? 1024, 1);
    this.#maxCapacity = limit('maxCapacity', options.maxCapacity ?? Number.POSITIVE_INFINITY);
    this.#keepCapacity = wholeNumber('keepCapacity', options.keepCapacity ?? 64 * 1024, 0);
    this.#calibrateAfter = wholeNumber('calibrateAfter', options.calibrateAfter ?? 42_000, 1);
  }

  /** Buffers that lie ready. */
  get kept(): number {
    return this.#kept.length;
  }

  /** Bytes that a new buffer takes at its first write. */
  get initialCapacity(): number {
    return this.#initialCapacity;
  }

  /** A buffer with more memory than this, in bytes, is not kept. */
  get keepCapacity(): number {
    return this.#keepCapacity;
  }

  /** An empty buffer, the caller's until `give`. */
  take(): RingBuffer {
    return this.#kept.pop() ?? new RingBuffer(this.#initialCapacity, this.#maxCapacity);
  }

  /**
   * Takes a buffer back, full or empty. The caller must not touch it any more, nor give it twice:
   * two borrowers would share it.
   */
  give(buffer: RingBuffer): void {
    this.#uses[classOf(buffer.peakLength)]! += 1;
    this.#given += 1;
    if (this.#given >= this.#calibrateAfter) this.#calibrate();
    buffer.clear();
    const isWorthIt = buffer.capacity <= this.#keepCapacity;
    if (isWorthIt && this.#kept.length < this.#maxKept) this.#kept.push(buffer);
  }

  #calibrate(): void {
    const uses = this.#uses;
    let frequent = 0;
    let covering = 0;
    for (let index = 0, sum = 0; index < CLASSES; index += 1) {
      if (uses[index]! > uses[frequent]!) frequent = index;
      if (sum < WORTH_KEEPING * this.#given) covering = index;
      sum += uses[index]!;
    }
    this.#initialCapacity = SMALLEST_CLASS << frequent;
    this.#keepCapacity = SMALLEST_CLASS << Math.max(frequent, covering);
    uses.fill(0);
    this.#given = 0;
    this.#dropTooLarge();
  }

  #dropTooLarge(): void {
    const kept = this.#kept;
    let count = 0;
    for (const buffer of kept) {
      if (buffer.capacity <= this.#keepCapacity) kept[count++] = buffer;
    }
    kept.length = count;
  }
}

function classOf(size: number): number {
  if (size <= SMALLEST_CLASS) return 0;
  if (size > LARGEST_CLASS) return CLASSES - 1;
  // The position of the highest bit of size - 1, less 5 (64 is 2^6).
  return 26 - Math.clz32(size - 1);
}
