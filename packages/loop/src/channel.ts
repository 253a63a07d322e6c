/**
 * What a loop dispatches to: one object for one handle. Its methods may throw; the loop hands
 * what they throw to {@link Channel.onFault} and goes on with the next row.
 */
export interface Channel {
  readonly slot: number;
  readonly generation: number;
  /** Bytes that may be unsent while a message of its is packed; more, and it is given up. Default: any. */
  readonly mostUnsent?: number;
  /** An outbound connection is established. */
  onConnected(): void;
  /** `length` bytes lie at `offset` of the arena until this returns. */
  onData(offset: number, length: number): void;
  /** The peer ended its sending side. */
  onEnded(): void;
  /** The handle is gone and already forgotten by the loop; `errno` is 0 after an orderly close. */
  onClosed(errno: number): void;
  /** Unsent bytes were left by a flush, or fell under the low watermark or to none. */
  onBacklog(): void;
  /** After a flush, where {@link ReactorLoop.afterFlush} asked for it. */
  onFlushed(): void;
  /** A little later, in a turn of the loop, where {@link ReactorLoop.wake} asked for it. */
  onWake(): void;
  /** One of the methods above threw. Must not throw itself. */
  onFault(error: unknown): void;
}

/** The channel of a listener: it is also told of what it accepts. */
export interface AcceptorChannel extends Channel {
  /** The listener's new connection. Returns false when nobody took it: its handle is aborted. */
  onAccepted(slot: number, generation: number): boolean;
  /** Accepting failed; the listener sleeps until a `resume` order. */
  onAcceptFailed(errno: number): void;
}

/** Takes in what other threads send to a loop. What a method throws reaches 'uncaughtException'. */
export interface Arrivals {
  /** A connection was handed over with `tag`. Returns false when nobody took it. */
  onAdopted(slot: number, generation: number, tag: number): boolean;
  /** One that was handed over with `tag` could not be taken in and is closed. */
  onAdoptFailed(slot: number, generation: number, tag: number, errno: number): void;
  /** Letters came, oldest first; each is the receiver's own. */
  onMail(letters: Uint8Array[]): void;
}
