import type { Protocol } from '@gev/core';
import type { ReadWriteBuffer } from './buffer-suite.js';
import type { Random } from './poller-suite/random.js';

/** What the suite has to know of a protocol that keeps the borders of messages. */
export interface ProtocolSuiteOptions<In, Out> {
  readonly create: () => Protocol<In, Out>;
  /** Makes an empty buffer, to pack into and to unpack from. */
  readonly createBuffer: () => ReadWriteBuffer;
  /**
   * Messages to send: small and large ones, at every border of the format. A function makes them
   * from random numbers.
   */
  readonly messages: readonly Out[] | ((random: Random) => readonly Out[]);
  /** The empty message; leave it out where the protocol has none. */
  readonly emptyMessage?: Out;
  /** What comes out for a message that was packed. Default: the message itself. */
  readonly expected?: (message: Out) => unknown;
  /** The bytes the peer sends for a message. Default: what `pack` writes. */
  readonly encode?: (message: Out) => Uint8Array;
  /** Bytes that come first on every connection and yield no message, such as a handshake. */
  readonly preamble?: Uint8Array;
  /**
   * Default false: while a message is not whole the buffer is left as it was. True: parts of it are
   * consumed as they come.
   */
  readonly consumesParts?: boolean;
  /** Default true: feeds random bytes. False where every byte is a message. */
  readonly garbage?: boolean;
  /**
   * Default false: where no message comes, no byte may be consumed. True for a protocol that drops
   * bytes of no message as they come, such as those of a frame that is too long.
   */
  readonly discards?: boolean;
  /**
   * The most bytes that may wait for the rest of a message: past it a peer must have been refused.
   * With `consumesParts` the parts that were consumed count, too. Every test then checks it, and
   * streams that never finish a message are fed. Leave it out where nothing but the connection's
   * `maxInputBuffer` bounds a message.
   */
  readonly maxBuffered?: number;
  /**
   * Streams of the format's own that finish no message, such as fragments without a last one: what
   * they begin with, and what then comes over and over. The suite itself cuts the messages and goes on
   * with one byte, whichever. Needs `maxBuffered`.
   */
  readonly endless?: readonly (readonly [start: Uint8Array, again: Uint8Array])[];
  /** What must not be packed, of whatever type: too large, with a delimiter in it, no message at all. */
  readonly unpackable?: readonly unknown[];
}
