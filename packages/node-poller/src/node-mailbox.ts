import { randomInt } from 'node:crypto';
import { BroadcastChannel } from 'node:worker_threads';

/** Numbers that are drawn, not counted: two copies of this module in one process know not each other. */
const MOST = 2 ** 48 - 1;

/**
 * What other threads send to a poller, over a channel that is named by the mailbox's number, so that
 * whoever knows the number can send.
 */
export class NodeMailbox {
  readonly id = randomInt(1, MOST);
  readonly #channel: BroadcastChannel;
  readonly #onMail: () => void;
  #letters: Uint8Array[] = [];

  /** @param onMail called when letters have come and none waited before */
  constructor(onMail: () => void) {
    this.#channel = new BroadcastChannel(nameOf(this.id));
    this.#onMail = onMail;
    this.#channel.onmessage = (event) => this.put((event as { data: Uint8Array }).data);
    // As a mailbox of a native poller it does not keep the process alive.
    this.#channel.unref();
  }

  /** Adds a letter, which is the mailbox's from now on. */
  put(letter: Uint8Array): void {
    if (this.#letters.push(letter) === 1) this.#onMail();
  }

  take(): Uint8Array[] {
    const letters = this.#letters;
    this.#letters = [];
    return letters;
  }

  close(): void {
    this.#channel.close();
    this.#letters = [];
  }
}

/** Sends a copy of the bytes to a mailbox; whether anybody is there cannot be known. */
export function postTo(mailbox: number, bytes: Uint8Array): void {
  // Not kept open: a channel is also sent what others send, and would gather it unread.
  const channel = new BroadcastChannel(nameOf(mailbox));
  // A copy, because cloning a view takes all of the memory under it along.
  channel.postMessage(bytes.slice());
  channel.close();
}

function nameOf(mailbox: number): string {
  return `gev:mailbox:${mailbox}`;
}
