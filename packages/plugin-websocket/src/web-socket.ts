import type { Address, Connection, PublishOptions, SendOptions } from '@gev/core';
import type { Outbound } from './outbound.js';
import type { SlowConsumers } from './slow-consumers.js';

/** States of a WebSocket, as in browsers. */
export const ReadyState = { connecting: 0, open: 1, closing: 2, closed: 3 } as const;
export type ReadyState = (typeof ReadyState)[keyof typeof ReadyState];

/** How one message wants to be sent. */
export interface MessageOptions extends SendOptions {
  /** False sends it as it is, also where compression was agreed upon. Default true. */
  readonly compress?: boolean;
  /** Sends bytes, which have to be UTF-8, as a text message. Default false. */
  readonly asText?: boolean;
}

/** How a message in parts wants to be sent. */
export type PartsOptions = Pick<MessageOptions, 'compress'>;

/** A message that is sent in parts; see {@link WebSocket.beginMessage}. */
export interface OutgoingMessage {
  /**
   * Sends a part, a frame of its own. Returns false when unsent bytes are above the high watermark: wait
   * for `onDrain`. On a WebSocket that is closing or closed it is dropped, as a message is by `send`.
   *
   * @param part bytes of a text may be cut anywhere, so may strings; a string in a binary message is UTF-8
   * @throws GevError `ERR_GEV_CLOSED` behind `end`; `ERR_GEV_INVALID_OPTION` for a part that is neither
   */
  write(part: string | Uint8Array, options?: SendOptions): boolean;
  /**
   * Sends the last part, empty by default, and then what waited behind the message. Returns false
   * when that is too much to go on; see {@link write}.
   */
  end(part?: string | Uint8Array, options?: SendOptions): boolean;
}

/**
 * One WebSocket.
 *
 * Thread rule: every member only on the thread of the connection's loop.
 *
 * @typeParam Data type of {@link WebSocket.data}
 */
export interface WebSocket<Data = undefined> {
  /** Unique among the connections of the server in all its loops, never used again. */
  readonly id: number;
  readonly remoteAddress: Address;
  /** The connection beneath: `pause`, `resume`, keyed values. Its `context` is this package's. */
  readonly connection: Connection<Outbound>;
  /**
   * `closing` from the first close frame on, and also when the connection beneath ends in any other way:
   * while it is `open`, `send` takes messages.
   */
  readonly readyState: ReadyState;
  /** The subprotocol that was agreed upon, or an empty string. */
  readonly protocol: string;
  /** True when permessage-deflate was agreed upon. */
  readonly isCompressing: boolean;
  /** Anything of yours; starts as what `accept({ data })` was given. */
  data: Data;
  /** Bytes that `send` took and the kernel has not, those behind a message in parts among them. */
  readonly bufferedAmount: number;

  /**
   * Sends a message: a string as text, bytes as binary. Returns false when unsent bytes are above the
   * high watermark: wait for `onDrain`.
   *
   * A peer may close at any time, so a message that comes too late is no error: on a WebSocket that is
   * closing or closed it is dropped, `onFlushed` is told `ERR_GEV_CLOSED`, and false is returned;
   * `onClose` follows or has run. `bufferedAmount` does not count it.
   *
   * @throws GevError `ERR_GEV_CLOSED` before it is open; `ERR_GEV_HANDLER` for a message that is neither, or
   * `ERR_GEV_INVALID_OPTION` while one is sent in parts; `ERR_GEV_BUFFER_LIMIT` where too much waits behind that
   */
  send(message: string | Uint8Array, options?: MessageOptions): boolean;
  /**
   * Begins a message whose length is not known, or that is too large to be in memory as a whole.
   *
   * Until its `end`, everything else that is sent on this WebSocket waits behind it, in order: messages,
   * replies, broadcasts, what topics deliver (theirs up to `slowConsumers.above`). Pings and the close handshake
   * do not. All together up to 16 MiB wait, where each message counts as 256 bytes more than it is. What is
   * beyond is not sent: `send` throws `ERR_GEV_BUFFER_LIMIT`, a reply or a broadcast closes with 1013.
   *
   * @param type bytes of a `text` have to be UTF-8
   * @throws GevError `ERR_GEV_CLOSED` before it is open; `ERR_GEV_INVALID_OPTION`, also while another such
   * message has not ended
   *
   * @example
   * const message = ws.beginMessage('text');
   * for (const row of rows) message.write(`${row}\n`);
   * message.end();
   */
  beginMessage(type: 'text' | 'binary', options?: PartsOptions): OutgoingMessage;
  /**
   * Subscribes to a topic: what anybody publishes there, in any loop of the server, is sent. Ends when
   * it closes. Returns false when it is subscribed already (which changes nothing), or closing or closed.
   *
   * @param slow for this subscription alone; what it leaves out is as the option `slowConsumers` says
   * @throws GevError `ERR_GEV_CLOSED` before it is open; `ERR_GEV_INVALID_OPTION`;
   * `ERR_GEV_SERVER_STATE` for a client's, which is in no server
   */
  subscribe(topic: string, slow?: SlowConsumers): boolean;
  /** Returns false when it was not subscribed. */
  unsubscribe(topic: string): boolean;
  /** What it is subscribed to. */
  readonly topics: readonly string[];
  /** Messages of topics that it did not get because it read too slowly. */
  readonly skipped: number;
  /**
   * Sends a message to all subscribers of a topic but itself; see the function `publish`.
   *
   * @throws GevError `ERR_GEV_SERVER_STATE` for a client's
   */
  publish(topic: string, message: string | Uint8Array, options?: PublishOptions): boolean;
  /**
   * Sends a ping with up to 125 bytes; does nothing when it is closing or closed.
   *
   * @throws GevError `ERR_GEV_CLOSED` before it is open; `ERR_GEV_INVALID_OPTION`
   */
  ping(data?: string | Uint8Array): void;
  /**
   * Begins the closing handshake; no messages are delivered from now on. Once both sides have sent a
   * close frame, or `closeTimeout` later, the connection ends. Reading goes on if you paused it. Does nothing
   * when it is closing.
   *
   * @param code 1000 (the default) to 1003, 1007 to 1014, 3000 to 4999; 1005: none is sent, and no reason
   * @param reason at most 123 bytes
   * @throws GevError `ERR_GEV_INVALID_OPTION`
   */
  close(code?: number, reason?: string): void;
  /** Ends the connection at once, without a close frame; unsent bytes are dropped. */
  terminate(): void;
}
