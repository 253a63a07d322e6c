import type { ReactorLoop, WheelTimer } from '@gev/loop';
import { STALL } from './stall.js';

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

/** The part of a time-out after which a connection is looked at again that may not be idle. */
const STEPS = 32;
/** Milliseconds between such looks at the most. */
const LONGEST_STEP = 1_000;

/**
 * Closes a connection that was idle for too long, to the millisecond. A refresh is one store: the
 * timer is not moved then, but looks at the times when it fires, and waits for the rest.
 *
 * Only while bytes are unsent it looks more often, because nobody tells when the kernel takes some of
 * them: a reader's progress is then noticed within a 32nd of the time-out. And after a stall of the
 * thread it looks a second time, because what came meanwhile has not been read yet.
 */
export class IdleWatch {
  readonly #loop: ReactorLoop;
  readonly #timeouts: IdleTimeouts;
  readonly #connection: Watched;
  #received: number;
  #sent: number;
  /** Unsent bytes at the last look: fewer now means that the peer is reading. */
  #unsent = 0;
  /** Whether the last look came after a stall, and so decided nothing. */
  #wasStalled = false;
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

  /** So many bytes are unsent; told when the first are, and when few or none are left. */
  backlog(unsent: number): void {
    const begins = this.#unsent === 0;
    this.#note(unsent);
    if (begins && unsent > 0) this.#wait();
  }

  stop(): void {
    this.#timer.cancel();
  }

  #look(): void {
    this.#note(this.#connection.writeBufferLength);
    const left = this.#left(this.#loop.now);
    if (left > 0) {
      this.#wait();
    } else if (-left > STALL && !this.#wasStalled) {
      this.#wasStalled = true;
      this.#loop.rearm(this.#timer, this.#step());
    } else {
      this.#connection.onIdle();
    }
  }

  #note(unsent: number): void {
    if (unsent < this.#unsent) this.#sent = this.#loop.now;
    this.#unsent = unsent;
  }

  #wait(): void {
    this.#wasStalled = false;
    const left = this.#left(this.#loop.now);
    const step = this.#unsent > 0 ? this.#step() : left;
    this.#loop.rearm(this.#timer, Math.max(0, Math.min(left, step)));
  }

  /** Milliseconds until one that may not be idle is looked at again. */
  #step(): number {
    const { read, write, all } = this.#timeouts;
    return Math.min(LONGEST_STEP, Math.min(read, write, all) / STEPS);
  }

  /** Milliseconds until the first of the time-outs, by what is known now. */
  #left(now: number): number {
    const { read, write, all } = this.#timeouts;
    const last = Math.max(this.#received, this.#sent);
    return Math.min(this.#received + read, this.#sent + write, last + all) - now;
  }
}
