import { type Connection, type EventLoop, GevError, type Protocol } from '@gev/core';
import { ReactorLoop } from '@gev/loop';
import { RingBuffer, RingBufferPool } from '@gev/ringbuffer';
import type { ConnectionGroup } from '../connection-group.js';
import { ConnectionRegistry, type Registered } from '../connection-registry.js';
import { Deadline } from '../deadline.js';
import type { ServerErrorCode } from '../error-codes.js';
import { wholeNumber } from '../limits.js';
import { HandlerLoop, loopHostOf } from '../loops/handler-loop.js';
import { passThrough } from '../pass-through.js';
import type { CloseOptions } from '../server.js';
import type { PollerChoice } from '../server-options.js';
import type { TcpConnection } from '../tcp-connection.js';
import { type CheckedConnect, type ConnectOptions, checkConnect } from './client-options.js';
import { Link } from './link.js';

const CLOSE_TIMEOUT = 10_000;

/** Milliseconds for the `onClose` of connections that were destroyed at the deadline. */
const LAST_WORDS = 1_000;

/** A connection of any type, as far as the client goes. */
type AnyConnection = TcpConnection<unknown, unknown, unknown>;

/** One client a loop, so that its connections share buffers and are numbered together. */
const onLoops = new WeakMap<EventLoop, Client>();

/**
 * Makes outbound connections, any number on one loop: one of its own, or one of a server.
 *
 * Thread rule: every member on the thread that made it.
 */
export class Client implements AsyncDisposable {
  readonly #loop: ReactorLoop;
  readonly #events: EventLoop;
  readonly #ownsLoop: boolean;
  readonly #onIdle: () => void;
  readonly #links = new Set<{ giveUp(error: GevError): void }>();
  readonly #members = new Set<AnyConnection>();
  readonly #registry: ConnectionRegistry<AnyConnection>;
  readonly #overlay = new RingBuffer();
  readonly #leftovers = new RingBufferPool();
  readonly #deadline = new Deadline();
  #closing: Promise<void> | undefined;

  private constructor(
    loop: ReactorLoop,
    events: EventLoop | undefined,
    nextId: () => number,
    onIdle: () => void,
  ) {
    this.#loop = loop;
    this.#events = events ?? new HandlerLoop(loop, () => this.connections, nextId);
    this.#ownsLoop = events === undefined;
    this.#onIdle = onIdle;
    this.#registry = new ConnectionRegistry({
      nextId,
      onLeave: (connection) => this.#members.delete(connection),
      members: () => this.#members,
    });
  }

  /**
   * A client with a loop of its own.
   *
   * @param onIdle called when its last connection is gone and nothing is being tried
   */
  static on(choice: PollerChoice, onIdle: () => void = () => {}): Client {
    const loop = new ReactorLoop({ poller: choice.create({}) });
    loop.start();
    let lastId = 0;
    return new Client(loop, undefined, () => ++lastId, onIdle);
  }

  /**
   * A client on the loop that a handler module was given: its connections share the thread with the
   * server's. When the server stops they are closed in order, after the server's own.
   *
   * @throws GevError `ERR_GEV_INVALID_OPTION` for anything else
   */
  static onLoopOf(loop: EventLoop): Client {
    const known = onLoops.get(loop);
    if (known !== undefined) return known;
    const host = loopHostOf(loop);
    if (host !== undefined) {
      const client = new Client(host.reactor, loop, host.nextId, () => {});
      onLoops.set(loop, client);
      host.guests.add(client);
      return client;
    }
    throw new GevError<ServerErrorCode>(
      'ERR_GEV_INVALID_OPTION',
      'loop is no loop of a server: give what the handler module was called with, or leave it out',
    );
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#registry.open.value;
  }

  /**
   * Connects; resolves when the connection stands and its `onConnect` has run.
   *
   * @throws GevError `ERR_GEV_INVALID_OPTION`, `ERR_GEV_INVALID_ADDRESS`; rejects with
   * `ERR_GEV_CONNECT` (its `cause`: the failure of the last attempt, such as
   * `ERR_GEV_CONNECT_TIMEOUT` or `ERR_GEV_HOST_NOT_FOUND`), `ERR_GEV_ABORTED`, `ERR_GEV_CLOSED`
   */
  async connect<In = Uint8Array, Out = Uint8Array | string, Context = unknown>(
    address: string,
    options: ConnectOptions<In, Out, Context>,
  ): Promise<Connection<Out, Context>> {
    const checked = this.#check(address, options);
    if (this.#closing !== undefined) throw closedError();
    const link: Link<In, Out, Context> = new Link(
      checked,
      this.#makeGroup(checked, options, (connection) => {
        link.connectionEnded(connection.closeReason ?? 'io-error');
      }),
      options.signal,
      () => {
        this.#links.delete(link);
        this.#tellIdle();
      },
    );
    this.#links.add(link);
    return await link.establish();
  }

  /**
   * Closes in order: no more attempts, every connection sends what is unsent; what is left at the
   * deadline is destroyed. May be called again: a shorter `timeout` then moves the deadline nearer.
   *
   * @throws GevError (rejects with) `ERR_GEV_INVALID_OPTION`
   */
  async close(options: CloseOptions = {}): Promise<void> {
    const timeout = wholeNumber('timeout', options.timeout ?? CLOSE_TIMEOUT, 0);
    this.#deadline.within(timeout);
    this.#closing ??= this.#close();
    await this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #check<In, Out, Context>(
    address: string,
    options: ConnectOptions<In, Out, Context>,
  ): CheckedConnect {
    try {
      return checkConnect(address, options);
    } catch (error) {
      this.#tellIdle();
      throw error;
    }
  }

  async #close(): Promise<void> {
    const { open } = this.#registry;
    for (const link of this.#links) link.giveUp(closedError());
    for (const connection of this.#members) connection.close();
    await Promise.race([open.drained(), this.#deadline.passed]);
    this.#deadline.cancel();
    for (const connection of this.#members) connection.destroy();
    const last = new Deadline();
    last.within(LAST_WORDS);
    await Promise.race([open.drained(), last.passed]);
    last.cancel();
    if (this.#ownsLoop) this.#loop.stop();
  }

  #makeGroup<In, Out, Context>(
    checked: CheckedConnect,
    options: ConnectOptions<In, Out, Context>,
    onEnd: (connection: AnyConnection) => void,
  ): ConnectionGroup<In, Out, Context> {
    return {
      loop: this.#loop,
      events: this.#events,
      handler: options.handler,
      // Without a protocol In and Out are what they default to: those of the pass-through.
      protocol: options.protocol ?? (passThrough as unknown as Protocol<In, Out>),
      makeContext: options.context ?? (() => undefined as Context),
      limits: checked.limits,
      idle: checked.idle,
      allowHalfOpen: options.allowHalfOpen ?? false,
      logger: checked.logger,
      overlay: this.#overlay,
      leftovers: this.#leftovers,
      registry: {
        nextId: () => this.#registry.nextId(),
        add: (connection) => this.#add(connection as AnyConnection),
        remove: (connection: Registered) => {
          this.#registry.remove(connection as AnyConnection);
          onEnd(connection as AnyConnection);
        },
      },
    };
  }

  #add(connection: AnyConnection): void {
    this.#members.add(connection);
    this.#registry.add(connection);
  }

  #tellIdle(): void {
    // A little later: `onClose` of the last connection has yet to run, and may connect again.
    setImmediate(() => {
      if (this.#links.size === 0 && this.connections === 0 && this.#closing === undefined) {
        this.#onIdle();
      }
    });
  }
}

function closedError(): GevError<ServerErrorCode> {
  return new GevError('ERR_GEV_CLOSED', 'the client was closed');
}
