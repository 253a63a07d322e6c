import { getSystemErrorName } from 'node:util';
import {
  type Address,
  formatAddress,
  GevError,
  generationOf,
  OrderKind,
  type SocketOptions,
  slotOf,
  systemError,
} from '@gev/core';
import type { Channel, WheelTimer } from '@gev/loop';
import type { ConnectionGroup } from '../connection-group.js';
import type { ServerErrorCode } from '../error-codes.js';
import { runAtTimeout, STALL } from '../stall.js';
import { TcpConnection } from '../tcp-connection.js';

/** What became of an attempt; called once. */
export interface ConnectorEvents<In, Out, Context> {
  onEstablished(connection: TcpConnection<In, Out, Context>): void;
  onFailed(error: GevError): void;
}

/**
 * One attempt to connect: ends with a connection that is open (`onConnect` has run), or a failure.
 *
 * Thread rule: everything on the loop's thread.
 */
export class Connector<In, Out, Context> implements Channel {
  readonly slot: number;
  readonly generation: number;
  readonly #group: ConnectionGroup<In, Out, Context>;
  readonly #address: Address;
  readonly #events: ConnectorEvents<In, Out, Context>;
  readonly #timer: WheelTimer;
  #over = false;

  /**
   * Begins the attempt.
   *
   * @param address with an IP literal as host
   * @param timeout milliseconds
   * @throws GevError `ERR_GEV_UNSUPPORTED`, `ERR_GEV_IO`, `ERR_GEV_POLLER_STATE`
   */
  constructor(
    group: ConnectionGroup<In, Out, Context>,
    address: Address,
    socket: SocketOptions,
    timeout: number,
    events: ConnectorEvents<In, Out, Context>,
  ) {
    const handle = group.loop.poller.connect(address, socket);
    this.#group = group;
    this.#address = address;
    this.#events = events;
    this.slot = slotOf(handle);
    this.generation = generationOf(handle);
    group.loop.register(this);
    // After a stall the answer may be here, unread: a moment is enough for that.
    this.#timer = runAtTimeout(group.loop, timeout, STALL, () =>
      this.abort(timeoutError(address, timeout)),
    );
  }

  /** Gives up, for this reason; does nothing when the attempt is over. */
  abort(error: GevError): void {
    if (this.#over) return;
    this.#group.loop.order(OrderKind.abort, this);
    this.#group.loop.unregister(this);
    this.#fail(error);
  }

  onConnected(): void {
    this.#end();
    const { slot, generation } = this;
    const connection = new TcpConnection(this.#group, slot, generation, this.#address);
    // Takes this channel's place in the loop.
    connection.open();
    this.#events.onEstablished(connection);
  }

  onClosed(errno: number): void {
    if (this.#over) return;
    this.#fail(systemError(getSystemErrorName(-errno), 'connect', formatAddress(this.#address)));
  }

  onFault(error: unknown): void {
    // The option `context` threw: there is no connection that could be told.
    this.#group.loop.order(OrderKind.abort, this);
    this.#group.loop.unregister(this);
    const message = `the connection could not be made: ${error}`;
    this.#fail(new GevError('ERR_GEV_HANDLER', message, { cause: error }));
  }

  // Nothing is sent or received before it is connected.
  onData(): void {}
  onEnded(): void {}
  onBacklog(): void {}
  onFlushed(): void {}
  onWake(): void {}

  #end(): void {
    this.#over = true;
    this.#timer.cancel();
  }

  #fail(error: GevError): void {
    this.#end();
    this.#events.onFailed(error);
  }
}

/** For an attempt that took too long; `timeout` in milliseconds. */
export function timeoutError(address: Address, timeout: number): GevError<ServerErrorCode> {
  return new GevError(
    'ERR_GEV_CONNECT_TIMEOUT',
    `${formatAddress(address)} did not answer in ${timeout} ms: is it up, and does a firewall let you through?`,
  );
}
