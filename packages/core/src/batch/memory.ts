import { GevError } from '../error.js';
import { printable } from '../printable.js';
import { ROW_SIZE } from './layout.js';

/**
 * Order rows at least, so that what a turn publishes to that many receivers leaves in one flush. A row
 * that is never written is memory that is never touched.
 */
const RECEIVERS = 16_384;

/** Sizes of a poller's shared memory; every value has a default that suits a busy server. */
export interface BatchOptions {
  /** Bytes of the arena that a batch's input is read into. Default 512 KiB. */
  readonly inputSize?: number;
  /** Bytes of the arena that output is encoded into before a flush. Default 512 KiB. */
  readonly outputSize?: number;
  /**
   * Bytes read from one connection in one batch. Default 128 KiB, at most `inputSize`. A message that
   * comes in one read is handed over where it lies: 64 KiB with its header have to fit.
   */
  readonly readSize?: number;
  /** Event rows in one batch; 1 gives the one-by-one order of node:net. Default 1,024. */
  readonly batch?: number;
  /** Handles at the same time, listeners included. Default 1,048,576. */
  readonly maxHandles?: number;
  /** Unsent bytes under which a `backlog` event tells that sending may go on. Default 64 KiB. */
  readonly lowWatermark?: number;
}

/**
 * The memory that a poller and a loop share for as long as the poller lives. Both sides run on
 * the same thread and take turns, so nothing here is locked.
 */
export class BatchMemory {
  /** Input region `[0, inputSize)`, then the output region. */
  readonly arena: Uint8Array<ArrayBuffer>;
  /** Event rows, written by the poller, valid until the batch callback returns. */
  readonly events: Int32Array;
  /** Order rows, written by the loop, read by `flush`. */
  readonly orders: Int32Array;
  /** Result rows, written by `flush`, valid until the next flush. */
  readonly results: Int32Array;
  /**
   * Unsent bytes a slot, kept by the poller, true at any moment. What a handle that failed left
   * unsent stands here until its slot is used again. Saturates at 2^32 - 1.
   */
  readonly queued: Uint32Array;
  readonly inputSize: number;
  readonly outputSize: number;
  readonly readSize: number;
  readonly maxEvents: number;
  readonly maxOrders: number;
  readonly maxHandles: number;
  readonly lowWatermark: number;

  /** @throws GevError `ERR_GEV_INVALID_OPTION` */
  constructor(options: BatchOptions = {}) {
    const sizes = checkBatchOptions(options);
    this.inputSize = sizes.inputSize;
    this.outputSize = sizes.outputSize;
    this.readSize = sizes.readSize;
    this.maxEvents = sizes.batch;
    this.maxHandles = sizes.maxHandles;
    this.lowWatermark = sizes.lowWatermark;
    this.maxOrders = Math.max(2 * this.maxEvents, RECEIVERS);
    this.arena = new Uint8Array(this.inputSize + this.outputSize);
    this.events = new Int32Array(this.maxEvents * ROW_SIZE);
    this.orders = new Int32Array(this.maxOrders * ROW_SIZE);
    this.results = new Int32Array(this.maxOrders * ROW_SIZE);
    this.queued = new Uint32Array(this.maxHandles);
  }
}

/**
 * Checks sizes without making anything, and fills in the defaults.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION`
 */
export function checkBatchOptions(options: BatchOptions): Required<BatchOptions> {
  const inputSize = bounded(options, 'inputSize', 512 * 1024, 4096, 2 ** 30);
  return {
    inputSize,
    outputSize: bounded(options, 'outputSize', 512 * 1024, 4096, 2 ** 30),
    readSize: bounded(options, 'readSize', Math.min(128 * 1024, inputSize), 1, inputSize),
    batch: bounded(options, 'batch', 1024, 1, 65_536),
    maxHandles: bounded(options, 'maxHandles', 2 ** 20, 1, 2 ** 22),
    lowWatermark: bounded(options, 'lowWatermark', 64 * 1024, 0, 2 ** 31 - 1),
  };
}

function bounded(
  options: BatchOptions,
  name: keyof BatchOptions,
  fallback: number,
  least: number,
  most: number,
): number {
  const value = options[name] ?? fallback;
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new GevError(
    'ERR_GEV_INVALID_OPTION',
    `${name} is ${printable(value)}: give a whole number from ${least} to ${most}`,
  );
}
