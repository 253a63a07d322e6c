import type { GevError } from '@gev/core';
import type { Deflate } from './deflate/deflate.js';
import type { DecoderRules } from './frame-decoder.js';
import type { Masking } from './frame-encoder.js';
import type { SlowConsumerRule } from './slow-consumers.js';
import type { Sweep } from './sweep.js';
import type { WebSocket } from './web-socket.js';

/**
 * What is told of a WebSocket once it is open. For each one the order is `onOpen`, any number of the
 * others, then exactly one `onClose`, the last. What one throws closes with code 1011, after `onError`.
 *
 * @typeParam Opening what opened it: the request in a server, the response in a client
 */
export interface WebSocketCallbacks<Data, Opening> {
  onOpen?(ws: WebSocket<Data>, opening: Opening): void;
  /**
   * One message: a string, or for `isBinary` (and with `textAsBytes` always) bytes, a view that is
   * valid until this returns. What it returns is sent: a string as text, bytes as binary, `data`
   * itself as what it is.
   */
  onMessage?(
    ws: WebSocket<Data>,
    data: string | Uint8Array,
    isBinary: boolean,
    // biome-ignore lint/suspicious/noConfusingVoidType: a handler that returns nothing is usual
  ): string | Uint8Array | undefined | void;
  /** A ping came, and was answered. `data` is a view that is valid until this returns. */
  onPing?(ws: WebSocket<Data>, data: Uint8Array): void;
  onPong?(ws: WebSocket<Data>, data: Uint8Array): void;
  /**
   * It has ended. `code` is the peer's; without a close frame of the peer it is the one that this package
   * closed with by itself (a fault of either side, 1001 when the server stops, 1013 for a slow consumer),
   * else 1006. `wasClean`: both sides have sent a close frame.
   */
  onClose?(ws: WebSocket<Data>, code: number, reason: string, wasClean: boolean): void;
  /** Unsent bytes fell from above the high watermark to below the low one. */
  onDrain?(ws: WebSocket<Data>): void;
  /**
   * What went wrong; also before `onOpen`, when a hook threw or a handshake was malformed. May come when
   * the connection is gone: for a hook that fails late, for an `onFlushed` of a dropped message that throws,
   * and for a client that reconnects and is refused.
   */
  onError?(ws: WebSocket<Data>, error: GevError): void;
}

/** Deadlines in milliseconds. */
export interface Timing {
  readonly handshakeTimeout: number;
  readonly closeTimeout: number;
  /** Silence after which a ping is sent, and how long anything may then take to come. */
  readonly heartbeat: { readonly interval: number; readonly timeout: number } | undefined;
}

/** What all connections of one `webSocket()` or one `connectWebSocket()` share. */
export interface Endpoint<Data, Opening> {
  readonly callbacks: WebSocketCallbacks<Data, Opening>;
  readonly rules: DecoderRules;
  /** A client's. */
  readonly masking: Masking | undefined;
  readonly deflate: Deflate | undefined;
  readonly timing: Timing;
  /** A server's. */
  readonly slowConsumers?: SlowConsumerRule;
  readonly sweep: Sweep;
}
