import { markAsUntransferable } from 'node:worker_threads';
import {
  type Address,
  BatchMemory,
  type BatchOptions,
  formatAddress,
  GevError,
  type HandOverResult,
  type Listening,
  type ListenOptions,
  type Poller,
  type PollerSink,
  type PollerSupports,
  printable,
  type SocketOptions,
} from '@gev/core';
import type { NativePollerErrorCode } from './error-codes.js';
import { type Backend, loadBinding } from './load-binding.js';
import type { NativeBinding, NativePollerBinding } from './native-binding.js';
import { nativeEndpoint, nativeListenOptions, nativeSocketOptions } from './native-endpoint.js';
import { nativeFailure } from './native-failure.js';
import { trace } from './trace.js';

/** How the thread's own loop learns that the poller is ready. */
export type Watch = 'uv_poll' | 'thread';

/** Options of {@link createNativePoller}. */
export interface NativePollerOptions extends BatchOptions {
  /** `kqueue` takes kqueue also on Linux (libkqueue), for tests. Default `default`. */
  readonly backend?: Backend;
  /**
   * `uv_poll` has libuv watch the poller's descriptor, `thread` a thread of its own. Default
   * `uv_poll` with epoll under Node.js, else `thread`.
   */
  readonly watch?: Watch;
  /** Batches delivered in one turn before the thread's other work has its turn. Default 16. */
  readonly maxRounds?: number;
}

const DEFAULT_MAX_ROUNDS = 16;

/**
 * The {@link Poller} of sockets on epoll or kqueue, through the addon in `native/`.
 *
 * It keeps the process alive while it is started and has a handle open, as a server of node:net
 * does. Thread rule: every member on the thread that made it.
 */
export class NativePoller implements Poller {
  readonly name: string;
  readonly supports: PollerSupports = {
    handOff: true,
    reusePort: true,
    unixSockets: true,
    halfClose: true,
    socketOptions: true,
  };
  readonly memory: BatchMemory;
  readonly mailbox: number;
  readonly #native: NativePollerBinding;

  /** @throws GevError `ERR_GEV_NATIVE_LOAD`, `ERR_GEV_INVALID_OPTION`, `ERR_GEV_UNSUPPORTED`, `ERR_GEV_IO` */
  constructor(options: NativePollerOptions = {}) {
    const binding = loadBinding(readBackend(options.backend));
    this.name = binding.name;
    this.memory = new BatchMemory(options);
    keepFromTransfer(this.memory);
    const thread = readWatch(options.watch, binding) === 'thread';
    const maxRounds = readMaxRounds(options.maxRounds);
    this.#native = attempt('poller', () => binding.create(this.memory, { maxRounds, thread }));
    this.mailbox = this.#native.mailbox;
    const how = thread ? 'a thread of its own' : 'libuv';
    trace('%s: made, mailbox %d, watched by %s', this.name, this.mailbox, how);
  }

  /** @throws GevError `ERR_GEV_POLLER_STATE`, `ERR_GEV_IO` */
  start(sink: PollerSink): void {
    attempt('poller', () => this.#native.start((rows) => sink.onBatch(rows)));
  }

  async listen(address: Address, options: ListenOptions = {}): Promise<Listening> {
    const endpoint = nativeEndpoint(address);
    const settings = nativeListenOptions(options);
    return attempt(formatAddress(address), () => {
      const handle = this.#native.listen(endpoint, settings);
      const where = this.#native.localAddress(handle) ?? address;
      trace('%s: handle %d listens on %s', this.name, handle, formatAddress(where));
      return { handle, address: where };
    });
  }

  connect(address: Address, options: SocketOptions = {}): number {
    const endpoint = nativeEndpoint(address);
    const settings = nativeSocketOptions(options);
    const handle = attempt(formatAddress(address), () => this.#native.connect(endpoint, settings));
    if (trace.enabled) {
      trace('%s: handle %d connects to %s', this.name, handle, formatAddress(address));
    }
    return handle;
  }

  flush(orders: number): number {
    const results = this.#native.flush(orders);
    if (results < 0) throw this.#flushError(results, orders);
    return results;
  }

  remoteAddress(handle: number): Address | undefined {
    return attempt(`handle ${handle}`, () => this.#native.remoteAddress(handle));
  }

  localAddress(handle: number): Address | undefined {
    return attempt(`handle ${handle}`, () => this.#native.localAddress(handle));
  }

  queueCapacity(handle: number): number {
    return attempt(`handle ${handle}`, () => this.#native.queueCapacity(handle));
  }

  release(handle: number): number {
    return attempt(`handle ${handle}`, () => this.#native.release(handle));
  }

  adopt(descriptor: number): number {
    return attempt(`descriptor ${descriptor}`, () => this.#native.adopt(descriptor));
  }

  handOver(handle: number, mailbox: number, tag: number): HandOverResult {
    if (!Number.isInteger(tag) || tag !== (tag | 0)) {
      throw new GevError<NativePollerErrorCode>(
        'ERR_GEV_INVALID_OPTION',
        `the tag is ${printable(tag)}: give a whole number of 32 bits`,
      );
    }
    return attempt(`handle ${handle}`, () => this.#native.handOver(handle, mailbox, tag));
  }

  post(mailbox: number, bytes: Uint8Array): boolean {
    return attempt(`mailbox ${mailbox}`, () => this.#native.post(mailbox, bytes));
  }

  receive(): Uint8Array[] {
    return this.#native.receive();
  }

  stop(): void {
    trace('%s: stops, mailbox %d', this.name, this.mailbox);
    this.#native.stop();
  }

  #flushError(result: number, orders: number): GevError<NativePollerErrorCode> {
    if (result === -1) return new GevError('ERR_GEV_POLLER_STATE', 'the poller was stopped');
    const most = this.memory.maxOrders;
    return new GevError(
      'ERR_GEV_INVALID_OPTION',
      `flush got ${printable(orders)} orders: give a whole number from 0 to ${most}`,
    );
  }
}

/**
 * Makes a poller on epoll (Linux) or kqueue (macOS, BSD).
 *
 * @throws GevError `ERR_GEV_NATIVE_LOAD`, `ERR_GEV_INVALID_OPTION`, `ERR_GEV_UNSUPPORTED`, `ERR_GEV_IO`
 */
export function createNativePoller(options: NativePollerOptions = {}): Poller {
  return new NativePoller(options);
}

/** Runs a call of the addon; what it throws becomes a GevError about `what`. */
function attempt<Result>(what: string, call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    throw nativeFailure(error, what);
  }
}

/** The addon holds the memory's addresses: it must not be moved to another thread. */
function keepFromTransfer(memory: BatchMemory): void {
  for (const array of [memory.arena, memory.events, memory.orders, memory.results, memory.queued]) {
    markAsUntransferable(array.buffer);
  }
}

function readBackend(backend: Backend | undefined): Backend {
  if (backend === undefined || backend === 'default' || backend === 'kqueue') {
    return backend ?? 'default';
  }
  throw invalid(`backend is ${printable(backend)}: give 'default' or 'kqueue'`);
}

function readWatch(watch: Watch | undefined, binding: NativeBinding): Watch {
  if (watch === 'uv_poll' || watch === 'thread') return watch;
  if (watch !== undefined)
    throw invalid(`watch is ${printable(watch)}: give 'uv_poll' or 'thread'`);
  return binding.name === 'epoll' && process.versions['bun'] === undefined ? 'uv_poll' : 'thread';
}

function readMaxRounds(maxRounds: number = DEFAULT_MAX_ROUNDS): number {
  if (Number.isInteger(maxRounds) && maxRounds >= 1 && maxRounds <= 2 ** 20) return maxRounds;
  throw invalid(`maxRounds is ${printable(maxRounds)}: give a whole number from 1 to 1048576`);
}

function invalid(message: string): GevError<NativePollerErrorCode> {
  return new GevError('ERR_GEV_INVALID_OPTION', message);
}
