import {
  type Address,
  type BatchOptions,
  formatAddress,
  GevError,
  type Logger,
  type Poller,
  type Protocol,
  stderrLogger,
  type Timer,
} from '@gev/core';
import { ReactorLoop, Timers } from '@gev/loop';
import { RingBuffer, RingBufferPool } from '@gev/ringbuffer';
import { Acceptor } from './acceptor.js';
import type { ConnectionGroup } from './connection-group.js';
import type { ServerErrorCode } from './error-codes.js';
import { type Application, loadHandlerModule } from './handler-module.js';
import { type ResolvedLimits, wholeNumber } from './limits.js';
import { OpenCount } from './open-count.js';
import { passThrough } from './pass-through.js';
import { resolveHost } from './resolve-host.js';
import {
  assertProtocol,
  checkOptions,
  type PollerChoice,
  type ServerOptions,
} from './server-options.js';
import { TcpConnection } from './tcp-connection.js';

/** How {@link Server.close} goes about it. */
export interface CloseOptions {
  /** Milliseconds for unsent bytes and peers' ends; then what is left is destroyed. */
  readonly timeout?: number;
}

const CLOSE_TIMEOUT = 10_000;

/**
 * A server: listeners, and the loop that their connections live in.
 *
 * Thread rule: every member on the thread that made it.
 */
export class Server<In = Uint8Array, Out = Uint8Array | string, Context = unknown>
  implements AsyncDisposable
{
  /** Which poller it runs on, and why. */
  readonly poller: Omit<PollerChoice, 'create'>;
  readonly #options: ServerOptions<In, Out, Context>;
  readonly #choice: PollerChoice;
  readonly #wanted: readonly Address[];
  readonly #limits: ResolvedLimits;
  #group: ConnectionGroup<In, Out, Context> | undefined;
  #acceptors: Acceptor<In, Out, Context>[] = [];
  #state: 'new' | 'starting' | 'listening' | 'closed' = 'new';
  #starting: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  readonly #timers = new Timers();

  /** @throws GevError `ERR_GEV_INVALID_OPTION`, `ERR_GEV_INVALID_ADDRESS` */
  constructor(options: ServerOptions<In, Out, Context>, choice: PollerChoice) {
    const { addresses, limits } = checkOptions(options);
    this.#options = options;
    this.#choice = choice;
    this.#wanted = addresses;
    this.#limits = limits;
    this.poller = { name: choice.name, reason: choice.reason };
  }

  /** Where the first address really listens (the port is never 0), as a URL; '' before `listen`. */
  get address(): string {
    return this.addresses[0] ?? '';
  }

  /** Where it really listens, in the order of the option `address`. */
  get addresses(): string[] {
    return this.#acceptors.map((acceptor) => formatAddress(acceptor.address));
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#group?.open.value ?? 0;
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
      this.#timers.cancelAll();
      throw error;
    }
    if (this.#closing === undefined) this.#state = 'listening';
    return this;
  }

  /**
   * Stops in order: accepts no more, lets every connection send what is unsent, closes what is
   * left at the deadline, and ends the loop. Every connection gets its `onClose` first, with
   * reason `server-closing`. May be called again.
   *
   * @throws GevError (rejects with) `ERR_GEV_INVALID_OPTION`
   */
  async close(options: CloseOptions = {}): Promise<void> {
    const timeout = wholeNumber('timeout', options.timeout ?? CLOSE_TIMEOUT, 0);
    this.#closing ??= this.#close(timeout);
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
    const poller = this.#choice.create({
      ...sizesOf(this.#options),
      lowWatermark: this.#limits.lowWatermark,
    });
    const loop = new ReactorLoop({ poller, poisonViews: this.#options.poisonViews ?? false });
    try {
      const group = this.#makeGroup(loop, await this.#application(loop));
      this.#warnOfIgnored(poller, group.logger);
      const addresses = await Promise.all(this.#wanted.map(resolveHost));
      for (const address of addresses) await this.#listenOn(group, address);
      // Last of all, so that nobody is connected to a server that then fails to start.
      loop.start();
      this.#group = group;
    } catch (error) {
      this.#acceptors = [];
      loop.stop();
      throw error;
    }
  }

  async #application(loop: ReactorLoop): Promise<Application<In, Out, Context>> {
    const { handler, protocol } = this.#options;
    if (!(handler instanceof URL)) return protocol ? { handler, protocol } : { handler };
    const application = await loadHandlerModule<In, Out, Context>(handler, loop);
    if (application.protocol !== undefined) assertProtocol(application.protocol);
    return protocol ? { ...application, protocol } : application;
  }

  #makeGroup(
    loop: ReactorLoop,
    application: Application<In, Out, Context>,
  ): ConnectionGroup<In, Out, Context> {
    const options = this.#options;
    return {
      loop,
      handler: application.handler,
      // Without a protocol In and Out are what they default to: those of the pass-through.
      protocol: application.protocol ?? (passThrough as unknown as Protocol<In, Out>),
      makeContext: options.context ?? (() => undefined as Context),
      limits: this.#limits,
      allowHalfOpen: options.allowHalfOpen ?? false,
      logger: options.logger ?? stderrLogger,
      overlay: new RingBuffer(),
      leftovers: new RingBufferPool(),
      open: new OpenCount(),
    };
  }

  /** An option that has no effect on this poller must not seem to have one. */
  #warnOfIgnored(poller: Poller, logger: Logger): void {
    if (poller.supports.socketOptions) return;
    for (const option of ['sendBufferSize', 'receiveBufferSize'] as const) {
      if (this.#options[option] === undefined) continue;
      logger.warn({ option, poller: poller.name }, 'this poller cannot set it: it has no effect');
    }
  }

  async #listenOn(group: ConnectionGroup<In, Out, Context>, address: Address): Promise<void> {
    const { handle, address: real } = await group.loop.poller.listen(address, this.#options);
    this.#acceptors.push(new Acceptor(group, handle, real));
  }

  async #close(timeout: number): Promise<void> {
    this.#state = 'closed';
    this.#timers.cancelAll();
    // A start that failed has cleaned up after itself and told its own caller.
    await this.#starting?.catch(() => {});
    const group = this.#group;
    if (group === undefined) return;
    for (const acceptor of this.#acceptors) acceptor.close();
    for (const connection of connectionsOf(group.loop)) connection.closeForServer();
    await group.open.drained(timeout);
    for (const connection of connectionsOf(group.loop)) connection.destroyForServer();
    await group.open.drained(timeout);
    group.loop.stop();
  }
}

function connectionsOf(loop: ReactorLoop): TcpConnection<unknown, unknown, unknown>[] {
  return loop.channels().filter((channel) => channel instanceof TcpConnection);
}

function sizesOf(options: BatchOptions): BatchOptions {
  const { inputSize, outputSize, readSize, batch, maxHandles } = options;
  return Object.fromEntries(
    Object.entries({ inputSize, outputSize, readSize, batch, maxHandles }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}

function stateError(message: string): GevError<ServerErrorCode> {
  return new GevError('ERR_GEV_SERVER_STATE', message);
}
