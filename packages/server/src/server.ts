import { EventEmitter } from 'node:events';
import {
  type Address,
  type BroadcastFilter,
  formatAddress,
  GevError,
  type LoopReference,
  type MetricsCollector,
  type Poller,
  stderrLogger,
  type Timer,
} from '@gev/core';
import { Timers } from '@gev/loop';
import { type CheckedOptions, checkOptions } from './check-options.js';
import { Deadline } from './deadline.js';
import type { ServerErrorCode } from './error-codes.js';
import { wholeNumber } from './limits.js';
import { checkFilter } from './loops/broadcast.js';
import { LocalLoop } from './loops/local-loop.js';
import type { ServerLoops, ServerLoopsEvents } from './loops/server-loops.js';
import type { ServerSource } from './loops/server-source.js';
import { ThreadLoops } from './loops/thread-loops.js';
import { resolveHost } from './resolve-host.js';
import { safeLogger } from './safe-logger.js';
import type { PollerChoice, ServerOptions } from './server-options.js';

/** How {@link Server.close} goes about it. */
export interface CloseOptions {
  /** Milliseconds for unsent bytes and peers' ends; then what is left is destroyed. */
  readonly timeout?: number;
}

/** Told by a server of several loops when the thread of one died. */
export interface LoopExit {
  readonly loop: number;
  /** What ended the thread: an uncaught error, out of memory, or that it just ended. */
  readonly error: Error;
  /** Milliseconds until it is started again. */
  readonly restartIn: number;
}

/** The events of a server. */
export interface ServerEvents {
  /** A loop died; its connections are closed, the other loops go on. */
  loopExit: [exit: LoopExit];
  /** A loop that had died takes connections again. */
  loopStart: [loop: number];
  /** A handler called `loop.postToServer(value)`. */
  post: [value: unknown, from: number];
}

const CLOSE_TIMEOUT = 10_000;

/**
 * A server: listeners, and the loops that their connections live in.
 *
 * Thread rule: every member on the thread that made it.
 */
export class Server<In = Uint8Array, Out = Uint8Array | string, Context = unknown, Data = undefined>
  extends EventEmitter<ServerEvents>
  implements AsyncDisposable
{
  /** Which poller it runs on, and why. */
  readonly poller: Omit<PollerChoice, 'create' | 'source'>;
  readonly #source: ServerSource<In, Out, Context>;
  readonly #choice: PollerChoice;
  readonly #checked: CheckedOptions;
  readonly #metrics: MetricsCollector | undefined;
  /** The same, when it was started and has to be closed. */
  #collector: MetricsCollector | undefined;
  #loops: ServerLoops<Out> | undefined;
  #addresses: readonly Address[] = [];
  #state: 'new' | 'starting' | 'listening' | 'closed' = 'new';
  #starting: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  readonly #deadline = new Deadline();
  #draining = false;
  readonly #timers = new Timers();

  /** @throws GevError `ERR_GEV_INVALID_OPTION`, `ERR_GEV_INVALID_ADDRESS` */
  constructor(options: ServerOptions<In, Out, Context, Data>, choice: PollerChoice) {
    super();
    this.#checked = checkOptions(options);
    const { handler, protocol, context, data, logger = stderrLogger } = options;
    this.#source = {
      handler,
      data,
      logger: safeLogger(logger),
      ...(protocol && { protocol }),
      ...(context && { context }),
    };
    this.#metrics = options.metrics;
    this.#choice = choice;
    this.poller = { name: choice.name, reason: choice.reason };
  }

  /** Where the first address really listens (the port is never 0), as a URL; '' before `listen`. */
  get address(): string {
    return this.addresses[0] ?? '';
  }

  /** Where it really listens, in the order of the option `address`. */
  get addresses(): string[] {
    return this.#addresses.map(formatAddress);
  }

  /** Connections that are open, in all loops. */
  get connections(): number {
    return this.#loops?.connections ?? 0;
  }

  /** Its loops, in the order of their ids; none before `listen`. */
  get loops(): readonly LoopReference[] {
    return this.#loops?.references ?? [];
  }

  /**
   * Opens every address, or none. Once only.
   *
   * @throws GevError (rejects with) `ERR_GEV_ADDRESS_IN_USE`, `ERR_GEV_ACCESS`,
   * `ERR_GEV_ADDRESS_NOT_AVAILABLE`, `ERR_GEV_HOST_NOT_FOUND`, `ERR_GEV_HANDLER_MODULE`,
   * `ERR_GEV_SERVER_STATE`, `ERR_GEV_UNSUPPORTED`, `ERR_GEV_IO`
   */
  async listen(): Promise<this> {
    if (this.#state !== 'new') {
      throw stateError(`listen() was called on a server that is ${this.#state}: make a new one`);
    }
    this.#state = 'starting';
    this.#starting = this.#start();
    try {
      await this.#starting;
    } catch (error) {
      this.#state = 'closed';
      this.#loops = undefined;
      this.#timers.cancelAll();
      await this.#collector?.close();
      throw error;
    }
    if (this.#closing === undefined) this.#state = 'listening';
    const { addresses, poller, loops } = this;
    this.#source.logger.info({ addresses, poller: poller.name, loops: loops.length }, 'listening');
    return this;
  }

  /**
   * Packs and sends a message to the connection with that id, in whichever loop it lives. Returns
   * false when it is known not to be there; in a loop on another thread it may still be gone when
   * the message arrives, which drops it. Messages to one connection keep their order. With several
   * loops the message crosses threads by structured clone and is packed there.
   *
   * @throws GevError `ERR_GEV_HANDLER`, `ERR_GEV_SERVER_STATE`
   */
  send(connection: number, message: Out): boolean {
    return this.#running().send(connection, message);
  }

  /**
   * Sends a message to every connection that the filter lets through; each loop packs it once.
   * Returns false when a loop could not be told: it is down, or so far behind that its mailbox is
   * full; the others were told all the same.
   *
   * @throws GevError `ERR_GEV_HANDLER`, `ERR_GEV_INVALID_OPTION`, `ERR_GEV_SERVER_STATE`
   */
  broadcast(message: Out, filter?: BroadcastFilter): boolean {
    if (filter !== undefined) checkFilter(filter);
    return this.#running().broadcast(message, filter);
  }

  /**
   * Stops in order: accepts no more, lets every connection send what is unsent, closes what is
   * left at the deadline, and ends the loops and their threads. Every connection gets its `onClose`
   * first, with reason `server-closing`. May be called again: a shorter `timeout` then moves the
   * deadline nearer, 0 ends at once.
   *
   * @throws GevError (rejects with) `ERR_GEV_INVALID_OPTION`
   */
  async close(options: CloseOptions = {}): Promise<void> {
    const timeout = wholeNumber('timeout', options.timeout ?? CLOSE_TIMEOUT, 0);
    this.#deadline.within(timeout);
    if (this.#draining) void this.#loops?.close(timeout);
    this.#closing ??= this.#close();
    await this.#closing;
  }

  /** Runs `task` once in `delay` milliseconds, unless the server is closed before. */
  runAfter(delay: number, task: () => void): Timer {
    return this.#timers.runAfter(delay, task);
  }

  /** Runs `task` every `period` milliseconds, without drift, until the server is closed. */
  runEvery(period: number, task: () => void): Timer {
    return this.#timers.runEvery(period, task);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #start(): Promise<void> {
    const addresses = await Promise.all(this.#checked.addresses.map(resolveHost));
    this.#loops = this.#makeLoops();
    await this.#collect(this.#loops);
    this.#addresses = await this.#loops.listen(addresses);
  }

  /** Before anybody listens, so that a server which cannot be watched as asked lets nobody in. */
  async #collect(loops: ServerLoops<Out>): Promise<void> {
    try {
      await this.#metrics?.start(loops.counters, this.#source.logger);
      this.#collector = this.#metrics;
    } catch (error) {
      await loops.close(0);
      throw error;
    }
  }

  #makeLoops(): ServerLoops<Out> {
    const { loops, balancer, settings } = this.#checked;
    if (loops > 1) {
      return new ThreadLoops(this.#source, this.#choice, loops, balancer, settings, this.#events());
    }
    const poller = this.#choice.create(settings.sizes);
    this.#warnOfIgnored(poller);
    return new LocalLoop(this.#source, poller, settings, this.#events());
  }

  /** An option that has no effect on this poller must not seem to have one. */
  #warnOfIgnored(poller: Poller): void {
    if (poller.supports.socketOptions) return;
    for (const option of ['sendBufferSize', 'receiveBufferSize'] as const) {
      if (this.#checked.settings.listen[option] === undefined) continue;
      const { logger } = this.#source;
      logger.warn({ option, poller: poller.name }, 'this poller cannot set it: it has no effect');
    }
  }

  #events(): ServerLoopsEvents {
    return {
      onPost: (value, from) => void this.emit('post', value, from),
      onLoopExit: (loop, error, restartIn) =>
        void this.emit('loopExit', { loop, error, restartIn }),
      onLoopStart: (loop) => this.#onLoopStart(loop),
    };
  }

  #onLoopStart(loop: number): void {
    this.#source.logger.info({ loop }, 'the loop takes connections again');
    this.emit('loopStart', loop);
  }

  #running(): ServerLoops<Out> {
    if (this.#loops !== undefined && this.#state === 'listening') return this.#loops;
    throw stateError(
      `the server is ${this.#state}: nothing can be sent before listen() or after close()`,
    );
  }

  async #close(): Promise<void> {
    this.#state = 'closed';
    this.#timers.cancelAll();
    // A start that failed has cleaned up after itself and told its own caller.
    await Promise.race([this.#starting?.catch(() => {}), this.#deadline.passed]);
    this.#draining = true;
    await this.#loops?.close(Math.ceil(this.#deadline.left));
    await this.#collector?.close();
    this.#deadline.cancel();
    this.#source.logger.info({ addresses: this.addresses }, 'closed');
  }
}

function stateError(message: string): GevError<ServerErrorCode> {
  return new GevError('ERR_GEV_SERVER_STATE', message);
}
