import type { Address } from './address.js';
import type { GevError } from './error.js';
import type { EventLoop } from './event-loop.js';

/** How one `send` wants to be treated. */
export interface SendOptions {
  /**
   * Told once when the kernel has taken the bytes (no argument), or why it never will. Called
   * after the batch, never inside `send`.
   */
  readonly onFlushed?: (error?: GevError) => void;
}

/**
 * One stream between this process and a peer.
 *
 * Thread rule: every member only on the thread of the connection's loop.
 *
 * @typeParam Out what the protocol can pack
 * @typeParam Context type of {@link Connection.context}
 */
export interface Connection<Out = Uint8Array | string, Context = unknown> {
  /** Unique among the connections of the server in all its loops, never used again. */
  readonly id: number;
  readonly remoteAddress: Address;
  readonly localAddress: Address;
  /** The loop that it lives in. */
  readonly loop: EventLoop;
  /** Anything of yours; starts as what the server's `context` option made. */
  context: Context;
  /**
   * True while `send` takes messages. False from `close`, `destroy` or `shutdownWrite` on, and when it
   * ends without a call: the peer ended it, a limit or a time-out did, or the server stops. So it may
   * be false long before `closed` is true; while false, `send` throws.
   */
  readonly sendable: boolean;
  /** True once `onClose` is about to run: nothing can be sent any more. */
  readonly closed: boolean;

  /** A value by key, for plugins and handlers that must not meet in `context`. */
  get<Value = unknown>(key: string | symbol): Value | undefined;
  set(key: string | symbol, value: unknown): void;
  delete(key: string | symbol): boolean;

  /**
   * Packs and sends one message. Inside a callback it joins the batch, outside it leaves in the
   * same turn. Returns false when unsent bytes are above the high watermark: wait for `onDrain`.
   *
   * @throws GevError `ERR_GEV_CLOSED` unless it is {@link Connection.sendable};
   * `ERR_GEV_HANDLER` when `pack` throws (its `cause`): the message is taken back and the connection
   * is as it was, unless the message outgrew the output arena and a part of it had left, which
   * destroys the connection
   */
  send(message: Out, options?: SendOptions): boolean;
  /** Sends several messages in one go; see {@link Connection.send}. */
  sendAll(messages: Iterable<Out>, options?: SendOptions): boolean;

  /**
   * Ends the connection in order: takes no more messages, sends what is unsent, ends the sending
   * side, waits for the peer's end (bounded by `closeTimeout`), then `onClose`.
   */
  close(): void;
  /** Ends the connection at once; unsent bytes are dropped. `onClose` follows the batch. */
  destroy(): void;
  /** Ends the sending side once everything unsent has left; receiving goes on. */
  shutdownWrite(): void;
  /** Delivers no more messages until `resume`. Bytes stay with the kernel. */
  pause(): void;
  resume(): void;
  /**
   * True while nothing is received: after `pause`, or because unsent bytes are above the high watermark.
   * That nothing comes then tells nothing of the peer.
   */
  readonly paused: boolean;

  /** Bytes received that do not yet make a whole message; counted when a read has been handled. */
  readonly readBufferLength: number;
  /** Bytes that `send` took and the kernel has not; always true, never stale. */
  readonly writeBufferLength: number;
  /**
   * Bytes that the kernel has taken since it began, while it is open. What a slow peer reads shows in it also
   * where more is sent meanwhile.
   */
  readonly bytesFlushed: number;
}
