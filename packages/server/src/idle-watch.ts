import type { ReactorLoop, WheelTimer } from '@gev/loop';

/** Milliseconds without traffic after which a connection is closed; infinity where none is set. */
export interface IdleTimeouts {
  /** Nothing was received. */
  readonly read: number;
  /** Nothing was sent: neither did a handler send, nor did the kernel take what was unsent. */
  readonly write: number;
  /** Neither was received nor sent. */
  readonly all: number;
}

/** What an idle watch asks of its connection. */
interface Watched {
  readonly writeBufferLength: number;
  onIdle(): void;
}

/**
 * Closes a connection that was idle for too long, to the millisecond. A refresh is one store: the
 * timer is not moved then, but looks at the times when it fires, and waits for the rest.
 */
export class IdleWatch {
  readonly #loop: ReactorLoop;
  readonly #timeouts: IdleTimeouts;
  readonly #connection: Watched;
  #received: number;
  #sent: number;
  /** Unsent bytes when the timer last looked: fewer now means that the peer is reading. */
  #unsent = 0;
  readonly #timer: WheelTimer;

  constructor(loop: ReactorLoop, timeouts: IdleTimeouts, connection: Watched) {
    this.#loop = loop;
    this.#timeouts = timeouts;
    this.#connection = connection;
    this.#received = loop.now;
    this.#sent = this.#received;
    this.#timer = loop.runAfter(this.#left(this.#received), () => this.#look());
  }

  /** Bytes came in. */
  received(): void {
    this.#received = this.#loop.now;
  }

  /** Bytes went out. */
  sent(): void {
    this.#sent = this.#loop.now;
  }

  stop(): void {
    this.#timer.cancel();
  }

  #look(): void {
    const now = this.#loop.now;
    const unsent = this.#connection.writeBufferLength;
    if (unsent < this.#unsent) this.#sent = now;
    this.#unsent = unsent;
    const left = this.#left(now);
    if (left > 0) this.#loop.rearm(this.#timer, left);
    else this.#connection.onIdle();
  }

  /** Milliseconds until the first of the time-outs, by what is known now. */
  #left(now: number): number {
    const { read, write, all } = this.#timeouts;
    const last = Math.max(this.#received, this.#sent);
    return Math.min(this.#received + read, this.#sent + write, last + all) - now;
  }
}
