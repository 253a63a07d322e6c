import type { GevError } from '@gev/core';

type OnFlushed = (error?: GevError) => void;

/**
 * The `onFlushed` callbacks of one connection, in the order of their sends. A mark is the count
 * of all bytes ever sent up to and with the message.
 */
export class FlushWaiters {
  readonly #waiters: { readonly mark: number; readonly onFlushed: OnFlushed }[] = [];

  #confirmed = 0;

  add(mark: number, onFlushed: OnFlushed): void {
    this.#waiters.push({ mark, onFlushed });
  }

  /**
   * Tells those whose bytes are among the first `flushed` ones. When one throws, the others are
   * told by the next call.
   */
  settle(flushed: number): void {
    while (this.#waiters.length > 0 && this.#waiters[0]!.mark <= flushed) {
      this.#waiters.shift()!.onFlushed();
    }
  }

  /** Notes, for the end, that the first `flushed` bytes have left. Tells nobody. */
  confirm(flushed: number): void {
    this.#confirmed = flushed;
  }

  /**
   * The end: tells those whose bytes have left, and the others why theirs never will; each call by
   * way of `contain`.
   */
  finish(error: GevError, contain: (callback: () => void) => void): void {
    for (const { mark, onFlushed } of this.#waiters.splice(0)) {
      contain(() => onFlushed(mark <= this.#confirmed ? undefined : error));
    }
  }
}
