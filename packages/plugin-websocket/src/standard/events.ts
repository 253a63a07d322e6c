import type { GevError } from '@gev/core';

/** The event `close`, which Node 20 has no class for. */
export class WebSocketCloseEvent extends Event {
  /** The peer's; 1005 when its close frame had none, 1006 when there was no close frame. */
  readonly code: number;
  readonly reason: string;
  /** Both sides have sent a close frame. */
  readonly wasClean: boolean;

  constructor(code: number, reason: string, wasClean: boolean) {
    super('close');
    this.code = code;
    this.reason = reason;
    this.wasClean = wasClean;
  }
}

/** The event `error`; unlike a browser it says what went wrong. */
export class WebSocketErrorEvent extends Event {
  readonly error: GevError;
  readonly message: string;

  constructor(error: GevError) {
    super('error');
    this.error = error;
    this.message = error.message;
  }
}

/** The event `message`. */
export interface WebSocketMessageEvent extends Event {
  /** A text, or bytes in the form that `binaryType` says; they are the listener's to keep. */
  readonly data: string | ArrayBuffer | Blob;
  /** Of the server, such as `ws://127.0.0.1:1833`. */
  readonly origin: string;
}

/** The events of a {@link StandardWebSocket} by their types. */
export interface StandardEvents {
  open: Event;
  message: WebSocketMessageEvent;
  /** Followed by `close`. */
  error: WebSocketErrorEvent;
  /** The last. */
  close: WebSocketCloseEvent;
}

/** What listens to one type of events. */
export type StandardListener<Type extends keyof StandardEvents> = (
  event: StandardEvents[Type],
) => void;
