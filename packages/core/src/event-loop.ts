import type { LoopLoad } from './load-balancer.js';
import type { LoopMetrics } from './metrics/loop-metrics.js';
import type { Topics } from './topics.js';

/** A task that was put off; see `runAfter` and `runEvery`. */
export interface Timer {
  /** Takes the task back; does nothing when it has run or was cancelled before. */
  cancel(): void;
}

/** A loop of the server, as every thread of the server may use it. */
export interface LoopReference extends LoopLoad {
  /**
   * Gives the loop a copy of `value` (by structured clone), for what {@link EventLoop.onPost} set
   * there. What one thread posts to one loop arrives in order. Returns false when that loop is down
   * or its mailbox is full.
   *
   * @throws GevError `ERR_GEV_INVALID_OPTION` when the value cannot be cloned
   */
  post(value: unknown): boolean;
}

/** Which connections a broadcast goes to; all when absent. Crosses threads as data. */
export interface BroadcastFilter {
  /** Only connections whose keyed values (`connection.set`) are these; all of them must match. */
  readonly where?: Readonly<Record<string, string | number | boolean>>;
  /** The id of a connection to leave out: usually the sender's own. */
  readonly except?: number;
}

/**
 * One thread's loop, as handlers and plugins see it.
 *
 * Thread rule: every member only on the loop's own thread.
 */
export interface EventLoop {
  /** 0 for the first loop of a server. */
  readonly id: number;
  /** Every loop of the server, this one too; a loop's place is its id. */
  readonly loops: readonly LoopReference[];
  /** Which poller it runs on: `epoll`, `kqueue`, `node` ... */
  readonly pollerName: string;
  /** Connections that are open in this loop. */
  readonly connections: number;
  /** Milliseconds of a clock that never goes back, read once a batch. */
  readonly now: number;
  /** Names that connections subscribe to, over all loops of the server. */
  readonly topics: Topics;
  /** What it counts, and what you count beside it. There before the first connection. */
  readonly metrics: LoopMetrics;
  /**
   * Takes one message back from what the loop counts as `gev_messages_received_total` or
   * `gev_messages_sent_total`: for protocols where more than messages goes through `unpack` and `pack`, such
   * as handshakes and control frames. One received while the handler has it; one to be sent at the end of
   * its `pack`, in a protocol that `packsPerConnection`: what is packed for many is in no loop.
   */
  uncount(what: 'received' | 'sent'): void;
  /** Runs `task` in this loop, after the batch under way; tasks keep their order. */
  runInLoop(task: () => void): void;
  /** Runs `task` once in `delay` milliseconds. */
  runAfter(delay: number, task: () => void): Timer;
  /** Runs `task` every `period` milliseconds, without drift. */
  runEvery(period: number, task: () => void): Timer;
  /**
   * Packs and sends a message to a connection by its id, in whichever loop of the server it lives.
   * Returns false when it is known not to be there; in another loop it may still be gone when the
   * message arrives, which drops it. What one thread sends to one connection keeps its order.
   *
   * @throws GevError `ERR_GEV_HANDLER` when the protocol cannot pack the message
   */
  send(connection: number, message: unknown): boolean;
  /**
   * Sends a message to every connection of every loop that the filter lets through. It is packed
   * once, unless the protocol says `packsPerConnection`. A connection that is closing is passed over.
   * Returns false when a loop could not be told: it is down, or so far behind that its mailbox is full;
   * the others were told all the same.
   *
   * @throws GevError `ERR_GEV_HANDLER` when the protocol cannot pack the message
   */
  broadcast(message: unknown, filter?: BroadcastFilter): boolean;
  /** Sets who gets what is posted to this loop; `from` is the poster's id, -1 for the server's own thread. */
  onPost(listener: (value: unknown, from: number) => void): void;
  /** Posts a value to the server's own thread: its event `post`. */
  postToServer(value: unknown): boolean;
}
