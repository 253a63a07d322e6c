import { deserialize, serialize } from 'node:v8';
import { type CounterMetric, GevError, messageOf, type Poller } from '@gev/core';
import type { LoopBoard } from './loop-board.js';

/** The server's own thread, as sender or receiver of letters. */
export const SERVER = -1;

/** What came from another thread of the server (or from this one). */
export interface Letter {
  /** The receiver: a loop, or {@link SERVER}. */
  readonly to: number;
  readonly from: number;
  /** A structured clone of what the sender gave. */
  readonly head: unknown;
  /** Bytes as they are; the receiver's own. */
  readonly body: Uint8Array;
}

/** Bytes before the head: kind, to, from, length of the head. */
const PREFIX = 16;
const NOTHING = new Uint8Array(0);

/**
 * Letters between the threads of one server, by way of the pollers' mailboxes: what one thread
 * sends to another arrives in order, in a batch of the receiver's loop.
 *
 * Thread rule: everything on the thread of its poller.
 */
export class PostOffice {
  readonly #poller: Poller;
  readonly #board: LoopBoard;
  readonly #from: number;
  readonly #dropped: CounterMetric;
  readonly #receivers = new Map<number, (letter: Letter) => void>();

  /**
   * @param from the loop whose poller it is, or {@link SERVER}
   * @param dropped counts letters that could not be sent
   */
  constructor(poller: Poller, board: LoopBoard, from: number, dropped: CounterMetric) {
    this.#poller = poller;
    this.#board = board;
    this.#from = from;
    this.#dropped = dropped;
  }

  /** Sets who gets letters of `kind`. */
  receive(kind: number, receiver: (letter: Letter) => void): void {
    this.#receivers.set(kind, receiver);
  }

  /**
   * Sends a copy of `head` and `body`. False when nobody is there, or the mailbox is full.
   *
   * @throws GevError `ERR_GEV_INVALID_OPTION` when `head` cannot be cloned
   */
  send(kind: number, to: number, head: unknown, body: Uint8Array = NOTHING): boolean {
    const isSent = this.#post(kind, to, cloneOf(head), body);
    if (!isSent) this.#dropped.add();
    return isSent;
  }

  #post(kind: number, to: number, clone: Uint8Array, body: Uint8Array): boolean {
    const mailbox = this.#board.mailbox(to);
    if (mailbox === 0) return false;
    const letter = new Uint8Array(PREFIX + clone.length + body.length);
    const prefix = new DataView(letter.buffer);
    prefix.setInt32(0, kind);
    prefix.setInt32(4, to);
    prefix.setInt32(8, this.#from);
    prefix.setUint32(12, clone.length);
    letter.set(clone, PREFIX);
    letter.set(body, PREFIX + clone.length);
    return this.#poller.post(mailbox, letter);
  }

  /** Gives each letter to its receiver; what one throws reaches 'uncaughtException'. */
  deliver(letters: readonly Uint8Array[]): void {
    for (const letter of letters) {
      try {
        this.#open(letter);
      } catch (error) {
        setImmediate(() => {
          throw error;
        });
      }
    }
  }

  #open(bytes: Uint8Array): void {
    const prefix = new DataView(bytes.buffer, bytes.byteOffset);
    const receiver = this.#receivers.get(prefix.getInt32(0));
    const body = PREFIX + prefix.getUint32(12);
    receiver?.({
      to: prefix.getInt32(4),
      from: prefix.getInt32(8),
      head: deserialize(bytes.subarray(PREFIX, body)),
      body: bytes.subarray(body),
    });
  }
}

function cloneOf(value: unknown): Uint8Array {
  try {
    return serialize(value);
  } catch (cause) {
    const why = messageOf(cause);
    throw new GevError(
      'ERR_GEV_INVALID_OPTION',
      `a value cannot go to another thread: ${why} Give data without functions`,
      { cause },
    );
  }
}
