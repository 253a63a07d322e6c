import { isIP } from 'node:net';
import { constants } from 'node:os';
import { types } from 'node:util';
import {
  type Address,
  BatchMemory,
  type BatchOptions,
  formatAddress,
  GevError,
  generationOf,
  HandleTable,
  type HandOverResult,
  isGevError,
  type Listening,
  type ListenOptions,
  type Poller,
  type PollerSink,
  type PollerSupports,
  slotOf,
  systemError,
} from '@gev/core';
import { Endpoint, type Source } from './endpoint.js';
import { MemoryArrivals } from './memory-arrivals.js';
import { type ListenerHolder, MemoryListener } from './memory-listener.js';
import { MemoryMailbox } from './memory-mailbox.js';
import type { MemoryNetwork } from './memory-network.js';
import { carryOut } from './order-reader.js';
import { RowWriter } from './row-writer.js';

/** Full batches in one turn before other work of the thread gets its turn. */
const ROUNDS = 16;

const DEFAULT_BACKLOG = 4096;

/**
 * The {@link Poller} contract without an operating system: connections between pollers of one
 * {@link MemoryNetwork}, bounded as a kernel's buffers are, so that back-pressure, half close and
 * resets really happen. For tests of the layers above, and as the suite's own reference.
 *
 * Batches are delivered from `setImmediate`; a poller with nothing to tell schedules nothing and
 * does not keep the process alive.
 *
 * Thread rule: all pollers of a network on the thread that made it.
 */
export class MemoryPoller implements Poller {
  readonly name: string = 'memory';
  readonly supports: PollerSupports = {
    handOff: true,
    reusePort: false,
    unixSockets: true,
    halfClose: true,
    socketOptions: false,
  };
  readonly memory: BatchMemory;
  readonly #network: MemoryNetwork;
  readonly #handles: HandleTable<Source>;
  readonly #events: RowWriter;
  readonly #results: RowWriter;
  readonly #awake = new Set<Source>();
  /** Gone since the last batch: their slots stay as they are until the sink has read it. */
  readonly #left: Source[] = [];
  readonly #holder: ListenerHolder;
  readonly #mailbox: MemoryMailbox;
  readonly #arrivals: MemoryArrivals;
  #sink: PollerSink | undefined;
  #turn: NodeJS.Immediate | undefined;
  #inBatch = false;
  #stopped = false;

  /** @throws GevError `ERR_GEV_INVALID_OPTION` */
  constructor(network: MemoryNetwork, options: BatchOptions = {}) {
    this.#network = network;
    this.memory = new BatchMemory(options);
    this.#handles = new HandleTable(this.memory.maxHandles);
    this.#events = new RowWriter(this.memory, this.memory.events);
    this.#results = new RowWriter(this.memory, this.memory.results);
    this.#holder = this.#makeHolder();
    this.#mailbox = new MemoryMailbox(this.#holder.wake);
    this.#arrivals = new MemoryArrivals(this.#holder.wake, (end) => !this.#accept(end));
    network.addMailbox(this.#mailbox, this.#arrivals);
  }

  get mailbox(): number {
    return this.#mailbox.id;
  }

  /** @throws GevError `ERR_GEV_POLLER_STATE` when started before, or stopped */
  start(sink: PollerSink): void {
    this.#mustRun('start');
    if (this.#sink) {
      throw new GevError(
        'ERR_GEV_POLLER_STATE',
        'start() was called before: a poller has one sink for life',
      );
    }
    this.#sink = sink;
    this.#schedule();
  }

  async listen(address: Address, options: ListenOptions = {}): Promise<Listening> {
    this.#mustRun('listen');
    mustBeLiteral(address);
    if (options.reusePort) throw unsupported('reusePort');
    if (this.#network.find(address)) {
      throw systemError('EADDRINUSE', 'listen', formatAddress(address));
    }
    this.#freeSlots();
    const where = this.#network.resolve(address);
    const backlog = options.backlog ?? DEFAULT_BACKLOG;
    const handle = this.#handles.add((slot, generation) => {
      const listener = new MemoryListener(this.#holder, slot, generation, where, backlog);
      this.#network.add(listener);
      return listener;
    });
    return { handle, address: where };
  }

  connect(address: Address): number {
    this.#mustRun('connect');
    mustBeLiteral(address);
    this.#freeSlots();
    const near = this.#dial(address);
    return this.#handles.add((slot, generation) => {
      near.attach(this.#holder, slot, generation, near.failure === 0);
      return near;
    });
  }

  flush(orders: number): number {
    this.#mustRun('flush');
    carryOut(orders, this.memory, this.#results, this.#network, (slot, generation) =>
      this.#find(slot, generation),
    );
    return this.#results.rows;
  }

  remoteAddress(handle: number): Address | undefined {
    const source = this.#handles.get(slotOf(handle), generationOf(handle));
    if (!(source instanceof Endpoint)) return undefined;
    const told = this.#inBatch && source.failure !== 0;
    return source.gone && !told ? undefined : source.remote;
  }

  localAddress(handle: number): Address | undefined {
    const source = this.#source(handle);
    if (source instanceof MemoryListener) return source.address;
    return source instanceof Endpoint ? source.local : undefined;
  }

  queueCapacity(handle: number): number {
    return this.#source(handle) instanceof Endpoint ? this.memory.queued[slotOf(handle)]! : 0;
  }

  /** @throws GevError `ERR_GEV_CLOSED`, `ERR_GEV_POLLER_STATE` */
  release(handle: number): number {
    this.#mustRun('release');
    return this.#network.release(this.#movable(handle));
  }

  /** @throws GevError `ERR_GEV_POLLER_STATE`, `ERR_GEV_IO` for what `release` did not give */
  adopt(descriptor: number): number {
    this.#mustRun('adopt');
    this.#freeSlots();
    return this.#network.adopt(descriptor, (end) => this.#add(end));
  }

  /** @throws GevError `ERR_GEV_CLOSED`, `ERR_GEV_POLLER_STATE`, `ERR_GEV_INVALID_OPTION` */
  handOver(handle: number, mailbox: number, tag: number): HandOverResult {
    this.#mustRun('handOver');
    if (tag !== (tag | 0)) {
      throw invalid(`the tag is ${String(tag)}: give a whole number of 32 bits`);
    }
    return this.#network.handOver(mailbox, this.#movable(handle), tag);
  }

  /**
   * Any number of bytes may wait.
   *
   * @throws GevError `ERR_GEV_INVALID_OPTION`
   */
  post(mailbox: number, bytes: Uint8Array): boolean {
    if (!types.isUint8Array(bytes)) throw invalid('a letter must be a Uint8Array');
    return this.#network.post(mailbox, bytes);
  }

  receive(): Uint8Array[] {
    return this.#mailbox.take();
  }

  stop(): void {
    this.#stopped = true;
    this.#network.removeMailbox(this.#mailbox);
    this.#mailbox.take();
    this.#arrivals.destroy();
    clearImmediate(this.#turn);
    for (const source of this.#handles.entries()) if (!source.gone) source.destroy();
    this.#awake.clear();
  }

  /** Ends a connection as a peer's crash would: its other end finds it reset. Not answered. */
  reset(handle: number): void {
    const source = this.#source(handle);
    if (source instanceof Endpoint) source.reset();
  }

  #source(handle: number): Source | undefined {
    return this.#find(slotOf(handle), generationOf(handle));
  }

  #find(slot: number, generation: number): Source | undefined {
    const source = this.#handles.get(slot, generation);
    return source?.gone ? undefined : source;
  }

  #dial(address: Address): Endpoint {
    const near: Address =
      address.transport === 'unix'
        ? { transport: 'unix', path: '' }
        : { transport: 'tcp', host: address.host, port: this.#network.takePort() };
    const listener = this.#network.find(address);
    if (listener) {
      const [client, server] = Endpoint.pair(near, address, this.#network.capacity);
      if (listener.offer(server)) return client;
    }
    const { ECONNREFUSED, ENOENT } = constants.errno;
    const errno = address.transport === 'unix' ? ENOENT : ECONNREFUSED;
    return Endpoint.failing(near, address, errno);
  }

  #schedule(): void {
    if (this.#turn || !this.#sink || this.#stopped || this.#awake.size === 0) return;
    this.#turn = setImmediate(() => this.#deliver());
  }

  #deliver(): void {
    try {
      for (let round = 0; round < ROUNDS && !this.#stopped; round += 1) {
        const rows = this.#collect();
        if (rows === 0) break;
        this.#inBatch = true;
        this.#sink?.onBatch(rows);
        this.#inBatch = false;
      }
    } finally {
      this.#inBatch = false;
      this.#turn = undefined;
      this.#schedule();
    }
  }

  #collect(): number {
    this.#freeSlots();
    this.#events.begin();
    // A copy: who has more to tell goes to the end of the line, for the next batch.
    for (const source of [...this.#awake]) {
      if (this.#events.full) break;
      this.#awake.delete(source);
      if (source.collect(this.#events)) this.#awake.add(source);
    }
    return this.#events.rows;
  }

  #freeSlots(): void {
    if (this.#inBatch) return;
    for (const { slot, generation } of this.#left.splice(0)) this.#handles.remove(slot, generation);
  }

  #makeHolder(): ListenerHolder {
    return {
      lowWatermark: this.memory.lowWatermark,
      wake: (source) => {
        this.#awake.add(source);
        this.#schedule();
      },
      forget: (source) => {
        this.#awake.delete(source);
        this.#left.push(source);
        this.#arrivals.resume();
      },
      setQueued: (slot, unsent) => {
        this.memory.queued[slot] = unsent;
      },
      accept: (end) => this.#accept(end),
      release: (listener) => this.#network.remove(listener),
    };
  }

  #add(end: Endpoint): number {
    return this.#handles.add((slot, generation) => {
      end.attach(this.#holder, slot, generation, false);
      return end;
    });
  }

  /** A connection that can be given away. */
  #movable(handle: number): Endpoint {
    const source = this.#source(handle);
    if (!source) throw new GevError('ERR_GEV_CLOSED', `handle ${handle} is gone`);
    if (source instanceof Endpoint && source.movable) return source;
    throw new GevError(
      'ERR_GEV_POLLER_STATE',
      `handle ${handle} is no established connection with nothing unsent`,
    );
  }

  #accept(end: Endpoint): GevError | undefined {
    try {
      this.#add(end);
      return undefined;
    } catch (error) {
      if (isGevError(error)) return error;
      throw error;
    }
  }

  #mustRun(call: string): void {
    if (!this.#stopped) return;
    throw new GevError(
      'ERR_GEV_POLLER_STATE',
      `${call}() was called after stop(): make a new poller`,
    );
  }
}

function mustBeLiteral(address: Address): void {
  if (address.transport === 'unix' || isIP(address.host) !== 0) return;
  throw new GevError(
    'ERR_GEV_UNSUPPORTED',
    `'${address.host}' is a name: a poller takes IP literals, look the name up first`,
  );
}

function invalid(message: string): GevError<'ERR_GEV_INVALID_OPTION'> {
  return new GevError('ERR_GEV_INVALID_OPTION', message);
}

function unsupported(what: string): GevError<'ERR_GEV_UNSUPPORTED'> {
  return new GevError(
    'ERR_GEV_UNSUPPORTED',
    `the memory poller has no ${what}: ask poller.supports before`,
  );
}
