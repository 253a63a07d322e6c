import { randomInt } from 'node:crypto';
import { BroadcastChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';

/** Numbers that are drawn, not counted: two copies of this module in one process know not each other. */
const MOST = 2 ** 48 - 1;

/**
 * What other threads send to a poller, over a channel that is named by the mailbox's number, so that
 * whoever knows the number can send.
 */
export class NodeMailbox {
  readonly id = randomInt(1, MOST);
  readonly #channel: BroadcastChannel;
  /** The same: the types of Node leave out that a channel is one. */
  readonly #port: MessagePort;
  readonly #onMail: () => void;
  #letters: Uint8Array[] = [];
  #isOpen = true;

  /** @param onMail called when letters have come and none waited before */
  constructor(onMail: () => void) {
    this.#channel = new BroadcastChannel(nameOf(this.id));
    this.#port = this.#channel as unknown as MessagePort;
    this.#onMail = onMail;
    this.#channel.onmessage = (event) => this.put((event as { data: Uint8Array }).data);
    // As a mailbox of a native poller it does not keep the process alive.
    this.#channel.unref();
  }

  /** Adds a letter, which is the mailbox's from now on. */
  put(letter: Uint8Array): void {
    if (this.#letters.push(letter) === 1) this.#onMail();
  }

  /** Everything that was sent, also what the event loop has not told of yet. */
  take(): Uint8Array[] {
    const letters = this.#letters;
    this.#letters = [];
    while (this.#isOpen) {
      const message = receiveMessageOnPort(this.#port);
      if (message === undefined) break;
      letters.push(message.message as Uint8Array);
    }
    return letters;
  }

  close(): void {
    this.#isOpen = false;
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
