import type { GevError } from '@gev/core';

type OnFlushed = (error?: GevError) => void;

/**
 * The `onFlushed` callbacks of one connection, in the order of their sends. A mark is the count
 * of all bytes ever sent up to and with the message.
 */
export class FlushWaiters {
  #waiters: { readonly mark: number; readonly onFlushed: OnFlushed }[] = [];

  add(mark: number, onFlushed: OnFlushed): void {
    this.#waiters.push({ mark, onFlushed });
  }

  /** Tells those whose bytes are among the first `flushed` ones. */
  settle(flushed: number): void {
    const later = this.#waiters.findIndex((waiter) => waiter.mark > flushed);
    const done = this.#waiters.splice(0, later === -1 ? this.#waiters.length : later);
    for (const waiter of done) waiter.onFlushed();
  }

  /** Tells all that are left why their bytes will never leave. */
  fail(error: GevError): void {
    const left = this.#waiters;
    this.#waiters = [];
    for (const waiter of left) waiter.onFlushed(error);
  }
}
