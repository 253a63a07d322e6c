import type { ReadBuffer, WriteBuffer } from './buffer.js';
import type { Connection } from './connection.js';
import { GevError } from './error.js';

/**
 * Turns bytes into messages and messages into bytes. Sans-I/O: it never touches a socket, so it
 * is tested on bytes alone (see the protocol suite of `@gev/conformance`).
 *
 * One protocol object serves every connection of a loop; state of a connection belongs in its
 * keyed values, made in `onOpen`.
 *
 * @typeParam In what `unpack` yields and a handler receives
 * @typeParam Out what a handler returns or sends and `pack` accepts
 */
export interface Protocol<In, Out = In> {
  /**
   * Takes one message from the buffer, or returns `undefined` when it does not yet hold a whole
   * one. Any other value is a message, an empty one too. Called again until it returns `undefined`.
   * May throw {@link protocolError}.
   *
   * What it leaves in the buffer comes again with more behind it, up to the connection's
   * `maxInputBuffer`. It may consume a part of a message before the rest is there, and so take
   * messages that are larger than that; then it keeps the part, and bounds it, by itself. It may also
   * drop bytes that belong to no message, such as those of a frame that is thrown away.
   */
  unpack(buffer: ReadBuffer, connection: Connection<Out>): In | undefined;
  /**
   * Writes one message. What it throws, best before it has written anything, reaches who called `send`;
   * for a handler's reply it closes the connection with reason `handler-error`.
   *
   * A write throws `ERR_GEV_OUTPUT_LIMIT` when more than the connection's `maxOutputBuffer` waits before
   * the message is whole. Let it pass: the connection ends with `output-limit`, and `send` does not throw.
   */
  pack(message: Out, out: WriteBuffer, connection: Connection<Out>): void;
  /**
   * True when the same message is packed differently for each connection (state of its own, such as
   * a compressor's): then a broadcast packs it for each receiver, not once. Default false.
   */
  readonly packsPerConnection?: boolean;
  /** Called before `onConnect`. */
  onOpen?(connection: Connection<Out>): void;
  /** Called after `onClose`. */
  onClose?(connection: Connection<Out>): void;
}

/** Gives a protocol its types by inference; returns it as it is. */
export function defineProtocol<In, Out = In>(protocol: Protocol<In, Out>): Protocol<In, Out> {
  return protocol;
}

/**
 * The error for a peer that broke the protocol: thrown from `unpack`, it closes the connection
 * with reason `protocol-error` after what was sent before it has left.
 */
export function protocolError(message: string, cause?: unknown): GevError<'ERR_GEV_PROTOCOL'> {
  return new GevError('ERR_GEV_PROTOCOL', message, cause === undefined ? undefined : { cause });
}
