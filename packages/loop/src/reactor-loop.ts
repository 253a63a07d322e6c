import {
  Column,
  Counter,
  type Counters,
  createCounters,
  EventKind,
  GevError,
  type HistogramMetric,
  MetricTable,
  OrderKind,
  type Poller,
  type PollerSink,
  ROW_SIZE,
  type Timer,
} from '@gev/core';
import type { AcceptorChannel, Arrivals, Channel } from './channel.js';
import { Outbox } from './outbox.js';
import { Timers } from './timers.js';
import { trace, traceBatch } from './trace.js';
import type { WheelTimer } from './wheel-timer.js';

export interface ReactorLoopOptions {
  readonly poller: Poller;
  /** Default 0. */
  readonly id?: number;
  /** Where to count; kept when a loop takes the place of one that died. Default: new ones. */
  readonly counters?: Counters;
  /** Milliseconds of a tick of its timers. Default 1. */
  readonly timerTick?: number;
  /** Overwrites the input of a batch when it is over, so that a view kept too long shows itself. */
  readonly poisonViews?: boolean;
}

/** What a view that was kept past its batch reads as, with `poisonViews`. */
const POISON = 0xdd;

const BATCH_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/**
 * One thread's loop: takes the poller's batches, gives each row to its channel, and flushes what
 * the channels sent with one call when the batch is over.
 *
 * Thread rule: everything on the thread that made it.
 */
export class ReactorLoop implements PollerSink {
  readonly id: number;
  readonly poller: Poller;
  readonly outbox: Outbox;
  /** The poller's, kept at hand: every message looks at them. */
  readonly arena: Uint8Array;
  readonly queued: Uint32Array;
  readonly counters: Counters;
  /** What plugins and users count beside it. */
  readonly metrics: MetricTable;
  readonly #batchEvents: HistogramMetric;
  /** Messages unpacked; kept by the connections, and counted when the batch is over. */
  messagesReceived: number;
  /** Who takes in what other threads send; without it connections are refused and mail is dropped. */
  arrivals: Arrivals | undefined = undefined;
  readonly #events: Int32Array;
  readonly #results: Int32Array;
  readonly #poison: boolean;
  readonly #traces = trace.enabled;
  /** By slot. The generation in the channel tells whether a row is really meant for it. */
  readonly #channels: (Channel | undefined)[] = [];
  /** Result rows that came while a batch was under way: kind, slot, generation, detail. */
  #unsettled: number[] = [];
  readonly #timers: Timers;
  #awake: Channel[] = [];
  #flushed: Channel[] = [];
  readonly #runTask = (task: () => void): void => {
    this.counters[Counter.tasksPending]! -= 1;
    task();
  };
  #running = false;
  #scheduled = false;
  #stopped = false;
  #now = performance.now();

  constructor(options: ReactorLoopOptions) {
    this.id = options.id ?? 0;
    this.poller = options.poller;
    this.#poison = options.poisonViews ?? false;
    this.counters = options.counters ?? createCounters();
    this.metrics = new MetricTable(this.counters);
    this.#batchEvents = this.metrics.histogram({
      name: 'gev_batch_events',
      help: 'Events in a batch.',
      buckets: BATCH_BUCKETS,
    });
    this.messagesReceived = this.counters[Counter.messagesReceived]!;
    this.#timers = new Timers({ tick: options.timerTick ?? 1 });
    const { memory } = options.poller;
    this.arena = memory.arena;
    this.queued = memory.queued;
    this.#events = memory.events;
    this.#results = memory.results;
    this.outbox = new Outbox(
      memory,
      (orders) => this.#handOver(orders),
      (slot) => this.#channels[slot]?.mostUnsent ?? Number.POSITIVE_INFINITY,
    );
    this.outbox.messages = this.counters[Counter.messagesSent]!;
    this.outbox.bytes = this.counters[Counter.bytesSent]!;
  }

  get pollerName(): string {
    return this.poller.name;
  }

  get now(): number {
    return this.#running ? this.#now : performance.now();
  }

  /** Starts taking batches. Once only. */
  start(): void {
    this.poller.start(this);
    trace('loop %d: runs on %s', this.id, this.poller.name);
  }

  /** Closes every handle at once. Channels are told nothing more. May be called again. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    trace('loop %d: stops', this.id);
    this.#timers.cancelAll();
    this.poller.stop();
    this.#channels.length = 0;
  }

  runInLoop(task: () => void): void {
    this.counters[Counter.tasksPending]! += 1;
    setImmediate(this.#runTask, task);
  }

  /** Timers that wait for their time. */
  get timersArmed(): number {
    return this.#timers.armed;
  }

  runAfter(delay: number, task: () => void): WheelTimer {
    return this.#timers.runAfter(delay, task);
  }

  /** Lets the task of a timer from `runAfter` run (again) in `delay` ms; allocates nothing. */
  rearm(timer: WheelTimer, delay: number): void {
    this.#timers.rearm(timer, delay);
  }

  runEvery(period: number, task: () => void): Timer {
    return this.#timers.runEvery(period, task);
  }

  /** Sends the rows of the channel's handle to it from now on. */
  register(channel: Channel): void {
    this.#channels[channel.slot] = channel;
  }

  /** Forgets the channel; rows that still come for its handle are dropped. */
  unregister(channel: Channel): void {
    if (this.#channels[channel.slot] === channel) this.#channels[channel.slot] = undefined;
  }

  /** Slots that channels were registered in up to now. */
  get slots(): number {
    return this.#channels.length;
  }

  /** The channel in a slot, if there is one. */
  channel(slot: number): Channel | undefined {
    return this.#channels[slot];
  }

  /** The channels that are registered; a copy. */
  channels(): Channel[] {
    return this.#channels.filter((channel) => channel !== undefined);
  }

  /** Notes an order for the channel's handle; it is carried out by the next flush. */
  order(kind: number, channel: Channel): void {
    this.outbox.order(kind, channel.slot, channel.generation);
    this.schedule();
  }

  /** Makes sure that a flush comes in this turn: by the batch under way or by a microtask. */
  schedule(): void {
    if (this.#running || this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#turn());
  }

  /** Calls `channel.onFlushed()` once, after the next flush. */
  afterFlush(channel: Channel): void {
    this.#flushed.push(channel);
    this.schedule();
  }

  /** Calls `channel.onWake()` once, outside whatever runs now. */
  wake(channel: Channel): void {
    this.#awake.push(channel);
    this.schedule();
  }

  onBatch(rows: number): void {
    this.#running = true;
    this.#now = performance.now();
    this.outbox.inputIsLive = true;
    const counters = this.counters;
    counters[Counter.batches]! += 1;
    counters[Counter.events]! += rows;
    this.#batchEvents.observe(rows);
    for (let at = 0; at < rows * ROW_SIZE; at += ROW_SIZE) this.#dispatch(at);
    this.outbox.flush();
    this.outbox.inputIsLive = false;
    if (this.#poison) this.#overwriteInput(rows);
    this.#settle();
    counters[Counter.messagesReceived] = this.messagesReceived;
    this.#running = false;
    if (this.#traces) traceBatch(this.id, rows, this.#now);
  }

  #dispatch(at: number): void {
    const events = this.#events;
    const kind = events[at + Column.kind]!;
    const slot = events[at + Column.slot]!;
    const generation = events[at + Column.generation]!;
    const channel = this.#channels[slot];
    if (kind === EventKind.accepted || isArrival(kind)) {
      this.#arrived(at, kind, slot, generation);
      return;
    }
    // Closed earlier in this batch, and the slot perhaps somebody else's already.
    if (channel === undefined || channel.generation !== generation) return;
    try {
      if (kind === EventKind.data) {
        channel.onData(events[at + Column.offset]!, events[at + Column.length]!);
      } else {
        this.#notify(channel, kind, events[at + Column.detail]!);
      }
    } catch (error) {
      this.#fault(channel, error);
    }
  }

  /** Rows that are not for a channel that is there already. */
  #arrived(at: number, kind: number, slot: number, generation: number): void {
    const detail = this.#events[at + Column.detail]!;
    switch (kind) {
      case EventKind.accepted:
        this.#welcome(slot, generation, () => this.#accepted(slot, generation, detail));
        break;
      case EventKind.adopted:
        this.#welcome(
          slot,
          generation,
          () => this.arrivals?.onAdopted(slot, generation, detail) ?? false,
        );
        break;
      case EventKind.adoptFailed:
        this.#tell((arrivals) =>
          arrivals.onAdoptFailed(slot, generation, this.#events[at + Column.offset]!, detail),
        );
        break;
      default:
        this.#tell((arrivals) => arrivals.onMail(this.poller.receive()));
    }
  }

  #accepted(slot: number, generation: number, listener: number): boolean {
    const acceptor = this.#channels[listener];
    if (acceptor === undefined || !isAcceptor(acceptor)) return false;
    try {
      return acceptor.onAccepted(slot, generation);
    } catch (error) {
      this.#fault(acceptor, error);
      return this.#channels[slot]?.generation === generation;
    }
  }

  /** Aborts a new connection that nobody takes. */
  #welcome(slot: number, generation: number, offer: () => boolean): void {
    let taken = false;
    try {
      taken = offer();
    } catch (error) {
      rethrowLater(error);
    }
    if (!taken) this.outbox.order(OrderKind.abort, slot, generation);
  }

  #tell(what: (arrivals: Arrivals) => void): void {
    if (this.arrivals === undefined) {
      // Nobody wants letters: those that came must not be kept for ever.
      this.poller.receive();
      return;
    }
    try {
      what(this.arrivals);
    } catch (error) {
      rethrowLater(error);
    }
  }

  #notify(channel: Channel, kind: number, detail: number): void {
    switch (kind) {
      case EventKind.ended:
        channel.onEnded();
        break;
      case EventKind.connected:
        channel.onConnected();
        break;
      case EventKind.closed:
        this.unregister(channel);
        channel.onClosed(detail);
        break;
      case EventKind.backlog:
        channel.onBacklog();
        break;
      case EventKind.acceptFailed:
        if (isAcceptor(channel)) channel.onAcceptFailed(detail);
        break;
      default:
        throw new GevError('ERR_GEV_POLLER_STATE', `the poller sent a row of kind ${kind}`);
    }
  }

  /** Gives the orders to the poller and keeps the result rows: no callback runs in here. */
  #handOver(orders: number): void {
    if (this.#stopped) return;
    const count = this.poller.flush(orders);
    this.counters[Counter.messagesSent] = this.outbox.messages;
    this.counters[Counter.bytesSent] = this.outbox.bytes;
    const results = this.#results;
    for (let at = 0; at < count * ROW_SIZE; at += ROW_SIZE) {
      this.#unsettled.push(
        results[at + Column.kind]!,
        results[at + Column.slot]!,
        results[at + Column.generation]!,
        results[at + Column.detail]!,
      );
    }
  }

  /** A turn outside the poller's batches: what was sent or woken since the last one. */
  #turn(): void {
    this.#scheduled = false;
    if (this.#running || this.#stopped) return;
    this.#running = true;
    this.#now = performance.now();
    this.outbox.flush();
    this.#settle();
    this.counters[Counter.messagesReceived] = this.messagesReceived;
    this.#running = false;
  }

  /**
   * Tells channels what came of the flushes. Each is woken, and told of its flush, at most once a
   * turn, so that one that sends more each time it is told cannot keep the thread.
   */
  #settle(): void {
    const awake = this.#awake;
    if (awake.length > 0) {
      this.#awake = [];
      for (const channel of awake) this.#guard(channel, channel.onWake);
    }
    this.#tellResults();
    this.#tellFlushed();
    this.#tellResults();
    if (this.#awake.length > 0 || this.#flushed.length > 0) setImmediate(() => this.#turn());
  }

  /** Flushes, and tells the results, until nothing is left to flush. */
  #tellResults(): void {
    this.outbox.flush();
    while (this.#unsettled.length > 0) {
      const rows = this.#unsettled;
      this.#unsettled = [];
      for (let at = 0; at < rows.length; at += 4) {
        this.#tellResult(rows[at]!, rows[at + 1]!, rows[at + 2]!, rows[at + 3]!);
      }
      this.outbox.flush();
    }
  }

  #tellResult(kind: number, slot: number, generation: number, detail: number): void {
    const channel = this.#channels[slot];
    if (channel === undefined || channel.generation !== generation) return;
    try {
      this.#notify(channel, kind, detail);
    } catch (error) {
      this.#fault(channel, error);
    }
  }

  #tellFlushed(): void {
    const channels = this.#flushed;
    if (channels.length === 0) return;
    this.#flushed = [];
    for (const channel of channels) this.#guard(channel, channel.onFlushed);
  }

  #guard(channel: Channel, method: () => void): void {
    try {
      method.call(channel);
    } catch (error) {
      this.#fault(channel, error);
    }
  }

  /**
   * Tells a channel what it threw. That must not throw again; if it does (a broken logger), the rest
   * of the batch goes on all the same and the process hears of it by 'uncaughtException'.
   */
  #fault(channel: Channel, error: unknown): void {
    try {
      channel.onFault(error);
    } catch (second) {
      rethrowLater(second);
    }
  }

  #overwriteInput(rows: number): void {
    let end = 0;
    for (let at = 0; at < rows * ROW_SIZE; at += ROW_SIZE) {
      if (this.#events[at + Column.kind] !== EventKind.data) continue;
      end = Math.max(end, this.#events[at + Column.offset]! + this.#events[at + Column.length]!);
    }
    this.arena.fill(POISON, 0, end);
  }
}

function isArrival(kind: number): boolean {
  return kind >= EventKind.adopted && kind <= EventKind.adoptFailed;
}

function isAcceptor(channel: Channel): channel is AcceptorChannel {
  return 'onAccepted' in channel;
}

function rethrowLater(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
