import { getSystemErrorName } from 'node:util';
import {
  type Address,
  Counter,
  type CounterMetric,
  type Counters,
  handleOf,
  type Logger,
  type Poller,
  systemError,
} from '@gev/core';
import { type Arrivals, type Channel, type LoopBoard, PostOffice, ReactorLoop } from '@gev/loop';
import { RingBuffer, RingBufferPool } from '@gev/ringbuffer';
import { Acceptor } from '../acceptor.js';
import { gevErrorOf } from '../connection-errors.js';
import type { ConnectionGroup } from '../connection-group.js';
import { ConnectionRegistry } from '../connection-registry.js';
import { Deadline } from '../deadline.js';
import { tellError } from '../diagnostics.js';
import type { Application } from '../handler-module.js';
import { type DeliveryMetrics, deliveryMetrics } from '../metrics/delivery-metrics.js';
import { LoopSampler } from '../metrics/loop-sampler.js';
import { passThrough } from '../pass-through.js';
import type { LoopSettings } from '../server-options.js';
import { TcpConnection } from '../tcp-connection.js';
import { trace } from '../trace.js';
import { HandlerLoop } from './handler-loop.js';
import { LetterKind } from './letters.js';
import { LoopMail } from './loop-mail.js';

/** Milliseconds for the `onClose` of connections that were destroyed at the deadline. */
const LAST_WORDS = 1_000;

/** For a connection whose listener is not known. */
const NOWHERE: Address = { transport: 'unix', path: '' };

/** What the thread gives to its loop. */
export interface LoopSurroundings {
  readonly id: number;
  readonly poller: Poller;
  readonly board: LoopBoard;
  readonly counters?: Counters;
  readonly logger: Logger;
  /** Decides over connections that the loop accepts itself; false turns one away. */
  enter(peer: Address): boolean;
  /** Told of every connection that ends, also of those that were handed over. */
  leave(peer: Address): void;
}

/**
 * One loop of a server with its connections: those that its own listeners accept, and those that
 * another thread hands over.
 *
 * Thread rule: everything on the loop's thread.
 */
export class ServerLoop<In, Out, Context> implements Arrivals {
  readonly loop: ReactorLoop;
  readonly office: PostOffice;
  /** What the handler is given. */
  readonly events: HandlerLoop;
  readonly #surroundings: LoopSurroundings;
  readonly #settings: LoopSettings;
  readonly #metrics: DeliveryMetrics;
  readonly #registry: ConnectionRegistry<TcpConnection<In, Out, Context>>;
  readonly #deadline = new Deadline();
  #group: ConnectionGroup<In, Out, Context> | undefined;
  #mail: LoopMail<In, Out, Context> | undefined;
  #acceptors: Acceptor[] = [];
  /** Where handed-over connections came in, by tag. */
  #entrances: readonly Address[] = [];
  #draining: Promise<void> | undefined;
  /** Where somebody collects. */
  #sampler: LoopSampler | undefined;

  constructor(surroundings: LoopSurroundings, settings: LoopSettings) {
    const { id, poller, board, counters, leave } = surroundings;
    this.#surroundings = surroundings;
    this.#settings = settings;
    const { poisonViews, timerTick } = settings;
    this.loop = new ReactorLoop({
      id,
      poller,
      poisonViews,
      timerTick,
      ...(counters && { counters }),
    });
    this.loop.arrivals = this;
    this.#metrics = deliveryMetrics(this.loop.metrics);
    this.office = new PostOffice(poller, board, id, this.#metrics.unreachable);
    this.#registry = new ConnectionRegistry({
      nextId: () => board.nextConnection(id),
      onLeave: (connection) => {
        this.#mail?.topics.leave(connection);
        leave(connection.remoteAddress);
      },
      members: () => this.connections(),
    });
    this.events = new HandlerLoop(
      this.loop,
      () => this.#registry.open.value,
      () => this.#registry.nextId(),
    );
    this.office.receive(LetterKind.post, ({ head, from }) => this.onPost(head, from));
  }

  /** Counts letters that could not be sent from this thread. */
  get dropped(): CounterMetric {
    return this.#metrics.unreachable;
  }

  /** Sends to connections, of this loop and of others. Once the application is there. */
  get mail(): LoopMail<In, Out, Context> {
    return this.#mail!;
  }

  /** The server's connections that are open, without those of clients on its loop; a copy. */
  connections(): TcpConnection<In, Out, Context>[] {
    const isOurs = (channel: Channel): channel is TcpConnection<In, Out, Context> =>
      channel instanceof TcpConnection && channel.isOf(this.#group!);
    return this.loop.channels().filter(isOurs);
  }

  /** Sets what to do with connections. Once, before `listen` and `start`. */
  use(application: Application<In, Out, Context>): void {
    const { limits, idle, allowHalfOpen, isCollected } = this.#settings;
    if (isCollected) this.#sampler = new LoopSampler(this.loop);
    const group: ConnectionGroup<In, Out, Context> = {
      loop: this.loop,
      events: this.events,
      handler: this.#sampler?.time(application.handler) ?? application.handler,
      // Without a protocol In and Out are what they default to: those of the pass-through.
      protocol:
        application.protocol ??
        (passThrough as unknown as ConnectionGroup<In, Out, Context>['protocol']),
      makeContext: application.context ?? (() => undefined as Context),
      limits,
      idle,
      allowHalfOpen,
      logger: this.#surroundings.logger,
      overlay: new RingBuffer(),
      leftovers: new RingBufferPool(),
      registry: this.#registry,
    };
    this.#group = group;
    this.#mail = new LoopMail(this.office, this.#surroundings.board, {
      id: this.loop.id,
      protocol: group.protocol,
      registry: this.#registry,
      connections: () => this.connections(),
      metrics: this.#metrics,
      onFault: (error) => this.#onMailFault(error),
    });
    this.events.open(this.#mail as unknown as Parameters<HandlerLoop['open']>[0]);
  }

  /** Opens a listener of this loop's own and returns where it really listens. */
  async listen(address: Address, reusePort = this.#settings.listen.reusePort): Promise<Address> {
    const { poller, logger } = this.#surroundings;
    const options = reusePort ? { ...this.#settings.listen, reusePort } : this.#settings.listen;
    const listening = await poller.listen(address, options);
    const admit = (slot: number, generation: number) =>
      this.#admit(slot, generation, listening.address);
    this.#acceptors.push(new Acceptor(this.loop, logger, listening, admit));
    return listening.address;
  }

  /** Tells where handed-over connections come in: a tag is an index into `addresses`. */
  setEntrances(addresses: readonly Address[]): void {
    this.#entrances = addresses;
  }

  /** Starts taking batches, and letters. */
  start(): void {
    this.loop.start();
  }

  onAdopted(slot: number, generation: number, tag: number): boolean {
    const listening = this.#entrances[tag] ?? NOWHERE;
    try {
      this.#open(slot, generation, listening);
    } catch (error) {
      this.#surroundings.leave(this.#peerOf(slot, generation, listening));
      throw error;
    }
    return true;
  }

  onAdoptFailed(slot: number, generation: number, tag: number, errno: number): void {
    const { logger, leave } = this.#surroundings;
    const name = getSystemErrorName(-Math.abs(errno));
    const listening = this.#entrances[tag] ?? NOWHERE;
    this.loop.counters[Counter.acceptErrors]! += 1;
    tellError(systemError(name, 'adopt', 'of a connection that was handed over'));
    leave(this.#peerOf(slot, generation, listening));
    logger.warn(
      { loop: this.loop.id, errno: name },
      'a connection could not be taken in by its loop and was closed',
    );
  }

  onMail(letters: Uint8Array[]): void {
    this.office.deliver(letters);
  }

  /** Gives the handler what was posted to this loop. */
  onPost(value: unknown, from: number): void {
    if (this.events.posted(value, from)) return;
    this.#surroundings.logger.warn(
      { loop: this.loop.id, from },
      'a value was posted to a loop that has no onPost: it is dropped',
    );
  }

  /**
   * Stops in order: accepts no more, lets connections send what is unsent, destroys what is left
   * after `timeout` milliseconds, and stops the loop. Called again, it can only make that sooner.
   */
  drain(timeout: number): Promise<void> {
    this.#deadline.within(timeout);
    this.#draining ??= this.#drain();
    return this.#draining;
  }

  /** Closes everything at once. */
  stop(): void {
    this.#deadline.cancel();
    this.#sampler?.stop();
    this.loop.stop();
  }

  async #drain(): Promise<void> {
    const { id } = this.loop;
    trace('loop %d: drains %d connections', id, this.events.connections);
    for (const acceptor of this.#acceptors) acceptor.close();
    for (const connection of this.connections()) connection.closeForServer();
    await Promise.race([this.#allGone(() => this.#deadline.left), this.#deadline.passed]);
    trace('loop %d: %d connections are left to destroy', id, this.events.connections);
    for (const connection of this.connections()) connection.destroyForServer();
    const last = new Deadline();
    last.within(LAST_WORDS);
    await Promise.race([this.#allGone(() => 0), last.passed]);
    last.cancel();
    // What was posted last of all, such as from an onClose.
    this.office.deliver(this.loop.poller.receive());
    this.stop();
  }

  /** The server's own connections first: a handler may answer by what it asks elsewhere. */
  async #allGone(left: () => number): Promise<void> {
    await this.#registry.open.drained();
    const timeout = Math.ceil(left());
    await Promise.all([...this.events.guests].map((guest) => guest.close({ timeout })));
  }

  #admit(slot: number, generation: number, listening: Address): boolean {
    const { enter, leave } = this.#surroundings;
    const peer = this.#peerOf(slot, generation, listening);
    if (!enter(peer)) {
      this.loop.counters[Counter.connectionsRejected]! += 1;
      trace('loop %d: a connection is turned away by a cap', this.loop.id);
      return false;
    }
    try {
      this.#open(slot, generation, listening);
    } catch (error) {
      leave(peer);
      throw error;
    }
    return true;
  }

  /** Throws only when the connection could not be made. */
  #open(slot: number, generation: number, listening: Address): void {
    const connection = new TcpConnection(this.#group!, slot, generation, listening);
    connection.open();
    if (this.#draining !== undefined) connection.closeForServer();
  }

  #peerOf(slot: number, generation: number, listening: Address): Address {
    // Asked for only where peers are told apart: it costs a microsecond a connection.
    if (this.#settings.maxConnectionsPerAddress === Number.POSITIVE_INFINITY) return listening;
    return this.#surroundings.poller.remoteAddress(handleOf(slot, generation)) ?? listening;
  }

  #onMailFault(error: unknown): void {
    tellError(error);
    const { logger } = this.#surroundings;
    logger.error(
      { loop: this.loop.id, err: gevErrorOf(error) },
      'a message from another loop could not be sent',
    );
  }
}
