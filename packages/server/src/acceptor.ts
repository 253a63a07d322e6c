import { getSystemErrorName } from 'node:util';
import { type Address, Counter, formatAddress, generationOf, OrderKind, slotOf } from '@gev/core';
import type { AcceptorChannel } from '@gev/loop';
import type { ConnectionGroup } from './connection-group.js';
import { TcpConnection } from './tcp-connection.js';

/** Milliseconds that a listener sleeps when the process is out of descriptors. */
const ACCEPT_RETRY = 100;

/** Turns what one listener accepts into connections. */
export class Acceptor<In, Out, Context> implements AcceptorChannel {
  readonly slot: number;
  readonly generation: number;
  /** Where it really listens: the port is never 0. */
  readonly address: Address;
  readonly #group: ConnectionGroup<In, Out, Context>;
  #closed = false;
  /** Nothing was accepted since accepting failed; said once, not ten times a second. */
  #starved = false;

  /** @param handle an open listener of the group's loop, owned by this from now on */
  constructor(group: ConnectionGroup<In, Out, Context>, handle: number, address: Address) {
    this.#group = group;
    this.slot = slotOf(handle);
    this.generation = generationOf(handle);
    this.address = address;
    group.loop.register(this);
  }

  /** Stops listening; connections live on. May be called again. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#group.loop.order(OrderKind.abort, this);
    this.#group.loop.unregister(this);
  }

  onAccepted(slot: number, generation: number): void {
    this.#starved = false;
    new TcpConnection(this.#group, slot, generation, this.address).open();
  }

  onAcceptFailed(errno: number): void {
    const { loop, logger } = this.#group;
    loop.counters[Counter.acceptErrors]! += 1;
    const name = getSystemErrorName(-errno);
    if (!this.#starved) {
      const advice =
        name === 'ENOBUFS' ? 'maxHandles or socket memory' : 'the limit of open files (ulimit -n)';
      logger.warn(
        { address: formatAddress(this.address), errno: name },
        `accepting failed and is tried again every ${ACCEPT_RETRY} ms: raise ${advice}`,
      );
    }
    this.#starved = true;
    loop.runAfter(ACCEPT_RETRY, () => {
      if (!this.#closed) loop.order(OrderKind.resume, this);
    });
  }

  onClosed(errno: number): void {
    this.#closed = true;
    this.#group.logger.error(
      { address: formatAddress(this.address), errno: getSystemErrorName(-errno) },
      'the listener failed and is closed',
    );
  }

  onFault(error: unknown): void {
    this.#group.logger.error({ address: formatAddress(this.address), error }, 'accepting threw');
  }

  // A listener has no bytes of its own.
  onData(): void {}
  onEnded(): void {}
  onBacklog(): void {}
  onFlushed(): void {}
  onWake(): void {}
}
