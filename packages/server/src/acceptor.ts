import { getSystemErrorName } from 'node:util';
import {
  type Address,
  Counter,
  formatAddress,
  generationOf,
  type Listening,
  type Logger,
  OrderKind,
  slotOf,
  systemError,
} from '@gev/core';
import type { AcceptorChannel, ReactorLoop } from '@gev/loop';
import { gevErrorOf } from './connection-errors.js';
import { tellError } from './diagnostics.js';
import { trace } from './trace.js';

/** Milliseconds that a listener sleeps when the process is out of descriptors. */
const ACCEPT_RETRY = 100;

/** Takes what a listener accepts. Returns false when it does not want it: it is closed then. */
export type Admit = (slot: number, generation: number, listening: Address) => boolean;

/** One listener: accepts, and sleeps for a while when the process is out of descriptors. */
export class Acceptor implements AcceptorChannel {
  readonly slot: number;
  readonly generation: number;
  /** Where it really listens: the port is never 0. */
  readonly address: Address;
  readonly #loop: ReactorLoop;
  readonly #logger: Logger;
  readonly #admit: Admit;
  #paused = false;
  #closed = false;
  /** Nothing was accepted since accepting failed; said once, not ten times a second. */
  #starved = false;

  /** @param listening an open listener of the loop, owned by this from now on */
  constructor(loop: ReactorLoop, logger: Logger, listening: Listening, admit: Admit) {
    this.#loop = loop;
    this.#logger = logger;
    this.#admit = admit;
    this.slot = slotOf(listening.handle);
    this.generation = generationOf(listening.handle);
    this.address = listening.address;
    loop.register(this);
    trace('listening on %s', formatAddress(this.address));
  }

  /** Accepts nobody until `resume`: they wait in the backlog. */
  pause(): void {
    if (this.#paused || this.#closed) return;
    this.#paused = true;
    trace('%s: accepting pauses', formatAddress(this.address));
    this.#loop.order(OrderKind.pause, this);
  }

  resume(): void {
    if (!this.#paused || this.#closed) return;
    this.#paused = false;
    trace('%s: accepting goes on', formatAddress(this.address));
    this.#loop.order(OrderKind.resume, this);
  }

  /** Stops listening; connections live on. May be called again. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    trace('%s: listens no more', formatAddress(this.address));
    this.#loop.order(OrderKind.abort, this);
    this.#loop.unregister(this);
  }

  onAccepted(slot: number, generation: number): boolean {
    this.#starved = false;
    return this.#admit(slot, generation, this.address);
  }

  onAcceptFailed(errno: number): void {
    this.#loop.counters[Counter.acceptErrors]! += 1;
    const name = getSystemErrorName(-errno);
    tellError(systemError(name, 'accept', formatAddress(this.address)));
    if (!this.#starved) {
      const advice =
        name === 'ENOBUFS' ? 'maxHandles or socket memory' : 'the limit of open files (ulimit -n)';
      this.#logger.warn(
        { address: formatAddress(this.address), errno: name },
        `accepting failed and is tried again every ${ACCEPT_RETRY} ms: raise ${advice}`,
      );
    }
    this.#starved = true;
    this.#loop.runAfter(ACCEPT_RETRY, () => {
      if (!this.#closed && !this.#paused) this.#loop.order(OrderKind.resume, this);
    });
  }

  onClosed(errno: number): void {
    this.#closed = true;
    const name = getSystemErrorName(-errno);
    const address = formatAddress(this.address);
    tellError(systemError(name, 'listen', address));
    this.#logger.error({ address, errno: name }, 'the listener failed and is closed');
  }

  onFault(error: unknown): void {
    tellError(error);
    this.#logger.error(
      { address: formatAddress(this.address), err: gevErrorOf(error) },
      'accepting threw',
    );
  }

  // A listener has no bytes of its own.
  onConnected(): void {}
  onData(): void {}
  onEnded(): void {}
  onBacklog(): void {}
  onFlushed(): void {}
  onWake(): void {}
}
