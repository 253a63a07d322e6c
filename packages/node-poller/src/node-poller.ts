import { Socket } from 'node:net';
import { types } from 'node:util';
import {
  type Address,
  BatchMemory,
  type BatchOptions,
  EventKind,
  formatAddress,
  GevError,
  generationOf,
  HandleTable,
  type HandOverResult,
  handleOf,
  type Listening,
  type ListenOptions,
  messageOf,
  type Poller,
  type PollerSink,
  type PollerSupports,
  type SocketOptions,
  slotOf,
} from '@gev/core';
import { EventQueue, NOBODY, type Subject } from './event-queue.js';
import { NodeConnection } from './node-connection.js';
import { type ListenerHolder, NodeListener } from './node-listener.js';
import { NodeMailbox, postTo } from './node-mailbox.js';
import { addressOf, DEFAULT_BACKLOG, openServer } from './open-server.js';
import { carryOut } from './order-reader.js';
import { checkAddress, type Ends, tcpEnds } from './socket-address.js';
import { nodeSupports } from './supports.js';
import { trace } from './trace.js';

/** What a handle of this poller stands for. */
type Entry = NodeConnection | NodeListener;

/**
 * The {@link Poller} contract over node:net, for Windows and wherever no native binary loads.
 * Slower than a native poller, since node:net calls back once a socket, and otherwise the same.
 *
 * Thread rule: every call on the thread that made the poller. Open handles keep the process
 * alive, as node:net's do, until `stop`.
 *
 * @example
 * const poller = new NodePoller();
 * poller.start({ onBatch: (rows) => console.log(`${rows} events`) });
 * const { address } = await poller.listen({ transport: 'tcp', host: '127.0.0.1', port: 0 });
 */
export class NodePoller implements Poller {
  readonly name: string = 'node';
  readonly supports: PollerSupports = nodeSupports();
  readonly memory: BatchMemory;
  readonly #handles: HandleTable<Entry>;
  readonly #queue: EventQueue;
  readonly #holder: ListenerHolder;
  readonly #mailbox: NodeMailbox;
  /** Peers of the connections that the batch under way tells to have failed. */
  readonly #failed = new Map<number, Address>();
  #stopped = false;

  /** @throws GevError `ERR_GEV_INVALID_OPTION` */
  constructor(options: BatchOptions = {}) {
    this.memory = new BatchMemory(options);
    this.#handles = new HandleTable(this.memory.maxHandles);
    this.#queue = new EventQueue(this.memory);
    this.#mailbox = new NodeMailbox(() => this.#queue.push(EventKind.mail, NOBODY));
    trace('node: made, mailbox %d', this.mailbox);
    this.#holder = {
      queue: this.#queue,
      memory: this.memory,
      forget: ({ slot, generation }: Subject, failed?: Ends) => {
        this.#handles.remove(slot, generation);
        if (failed) this.#failed.set(handleOf(slot, generation), failed.remote);
      },
      accept: (socket, listener) => this.#accept(socket, listener),
    };
  }

  get mailbox(): number {
    return this.#mailbox.id;
  }

  /** @throws GevError `ERR_GEV_POLLER_STATE` when started before, or stopped */
  start(sink: PollerSink): void {
    this.#mustRun('start');
    if (this.#queue.started) {
      throw new GevError(
        'ERR_GEV_POLLER_STATE',
        'start() was called before: a poller has one sink for life',
      );
    }
    this.#queue.start({ onBatch: (rows) => this.#deliver(sink, rows) });
  }

  async listen(address: Address, options: ListenOptions = {}): Promise<Listening> {
    this.#mustRun('listen');
    checkAddress(address, this.supports.unixSockets);
    if (options.reusePort && !this.supports.reusePort) {
      throw new GevError(
        'ERR_GEV_UNSUPPORTED',
        'reusePort needs Node 22.12 or 23.1 on Linux or FreeBSD: leave it out',
      );
    }
    const server = await openServer(address, options);
    try {
      this.#mustRun('listen');
      const where = addressOf(server, address);
      const backlog = options.backlog ?? DEFAULT_BACKLOG;
      const handle = this.#handles.add(
        (slot, generation) =>
          new NodeListener(server, this.#holder, where, backlog, slot, generation),
      );
      trace('node: handle %d listens on %s', handle, formatAddress(where));
      return { handle, address: where };
    } catch (error) {
      server.close();
      throw error;
    }
  }

  connect(address: Address, options: SocketOptions = {}): number {
    this.#mustRun('connect');
    checkAddress(address, this.supports.unixSockets);
    const socket = openSocket(address, options);
    try {
      const handle = this.#handles.add((slot, generation) => {
        const connection = new NodeConnection(socket, this.#holder, slot, generation);
        socket.once('connect', () => connection.tellConnected(outboundEnds(socket, address)));
        return connection;
      });
      if (trace.enabled) trace('node: handle %d connects to %s', handle, formatAddress(address));
      return handle;
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  flush(orders: number): number {
    this.#mustRun('flush');
    return carryOut(this.memory, orders, (slot, generation) => this.#handles.get(slot, generation));
  }

  remoteAddress(handle: number): Address | undefined {
    const entry = this.#entry(handle);
    if (!entry) return this.#failed.get(handle);
    return entry instanceof NodeConnection ? entry.ends?.remote : undefined;
  }

  localAddress(handle: number): Address | undefined {
    const entry = this.#entry(handle);
    return entry instanceof NodeListener ? entry.address : entry?.ends?.local;
  }

  /** node:net keeps each write in a buffer of its own, and tells of nothing but whole writes. */
  queueCapacity(handle: number): number {
    const slot = slotOf(handle);
    return this.#entry(handle) instanceof NodeConnection ? this.memory.queued[slot]! : 0;
  }

  /** @throws GevError `ERR_GEV_UNSUPPORTED` always: node:net does not give its descriptors away */
  release(): number {
    throw noHandOff('release');
  }

  /** @throws GevError `ERR_GEV_UNSUPPORTED` always */
  adopt(): number {
    throw noHandOff('adopt');
  }

  /** @throws GevError `ERR_GEV_UNSUPPORTED` always */
  handOver(): HandOverResult {
    throw noHandOff('handOver');
  }

  /**
   * Always true: whether anybody receives it cannot be known, nor how much waits there.
   *
   * @throws GevError `ERR_GEV_INVALID_OPTION`
   */
  post(mailbox: number, bytes: Uint8Array): boolean {
    if (!types.isUint8Array(bytes)) {
      throw new GevError('ERR_GEV_INVALID_OPTION', 'a letter must be a Uint8Array');
    }
    // What is sent to oneself is there at once, as in a native poller.
    if (mailbox === this.#mailbox.id) this.#mailbox.put(bytes.slice());
    else postTo(mailbox, bytes);
    return true;
  }

  receive(): Uint8Array[] {
    return this.#mailbox.take();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    trace('node: stops, mailbox %d', this.mailbox);
    this.#mailbox.close();
    this.#queue.stop();
    for (const entry of this.#handles.entries()) entry.destroy();
  }

  #deliver(sink: PollerSink, rows: number): void {
    try {
      sink.onBatch(rows);
    } finally {
      this.#failed.clear();
    }
  }

  #entry(handle: number): Entry | undefined {
    return this.#handles.get(slotOf(handle), generationOf(handle));
  }

  #accept(socket: Socket, listener: NodeListener): void {
    this.#handles.add((slot, generation) => {
      const connection = new NodeConnection(socket, this.#holder, slot, generation);
      connection.ends = inboundEnds(socket, listener.address);
      this.#queue.push(EventKind.accepted, connection, listener.slot);
      connection.begin();
      return connection;
    });
  }

  #mustRun(call: string): void {
    if (!this.#stopped) return;
    throw new GevError(
      'ERR_GEV_POLLER_STATE',
      `${call}() was called after stop(): make a new poller`,
    );
  }
}

/**
 * Makes a poller over node:net; a function, for where a poller factory is asked for.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION`
 */
export function createNodePoller(options?: BatchOptions): NodePoller {
  return new NodePoller(options);
}

function openSocket(address: Address, options: SocketOptions): Socket {
  const keepAlive = options.keepAlive ?? 0;
  const socket = new Socket({ allowHalfOpen: true });
  socket.setNoDelay(options.noDelay ?? true);
  socket.setKeepAlive(keepAlive > 0, keepAlive);
  try {
    if (address.transport === 'unix') return socket.connect({ path: address.path });
    return socket.connect({ host: address.host, port: address.port });
  } catch (cause) {
    // A port that is none is thrown at once, with the system's socket already made.
    socket.destroy();
    const reason = messageOf(cause);
    throw new GevError('ERR_GEV_IO', `connect ${formatAddress(address)} failed: ${reason}`, {
      cause,
    });
  }
}

function inboundEnds(socket: Socket, listener: Address): Ends {
  if (listener.transport === 'tcp') return tcpEnds(socket);
  return { local: listener, remote: { transport: 'unix', path: '' } };
}

function outboundEnds(socket: Socket, target: Address): Ends {
  if (target.transport === 'tcp') return tcpEnds(socket);
  return { local: { transport: 'unix', path: '' }, remote: target };
}

function noHandOff(call: string): GevError<'ERR_GEV_UNSUPPORTED'> {
  return new GevError(
    'ERR_GEV_UNSUPPORTED',
    `${call}() needs a native poller: ask poller.supports.handOff before`,
  );
}
