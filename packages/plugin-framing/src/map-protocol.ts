import { type Connection, GevError, isGevError, type Protocol, protocolError } from '@gev/core';
import { cannotPack, invalidOption } from './error.js';
import { hooksOf } from './hooks.js';

/**
 * Both ways between the messages of a protocol and those of its user.
 *
 * @typeParam In what the protocol yields
 * @typeParam Out what the protocol packs
 * @typeParam NewIn what a handler receives
 * @typeParam NewOut what a handler sends
 */
export interface Codec<In, Out, NewIn, NewOut = NewIn> {
  /**
   * Makes a message of what came; never `undefined`. A view that it is given is valid until the handler
   * returns. What it throws means that the peer broke the protocol.
   */
  decode(message: In): NewIn;
  /** Never returns `undefined`. What it throws is a mistake of the sender: `ERR_GEV_HANDLER`. */
  encode(message: NewOut): Out;
}

/**
 * The same protocol with other messages.
 *
 * When `decode` throws, the connection closes with `protocol-error`: an `ERR_GEV_PROTOCOL` with what
 * was thrown as its `cause` (one that is thrown passes as it is). When it returns `undefined`, which
 * would mean that nothing came, `ERR_GEV_HANDLER` is thrown. What `encode` throws leaves `pack` as it
 * is, and so `send`, as `ERR_GEV_HANDLER`, which is also thrown when it returns `undefined`. A promise,
 * as an async handler returns one, is not given to `encode`: JSON would make `{}` of it.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION` for what is no protocol, or a codec without its two functions
 *
 * @example JSON lines
 * const json = mapProtocol(line(), {
 *   decode: (text) => JSON.parse(text) as Request,
 *   encode: (reply: Reply) => JSON.stringify(reply),
 * });
 */
export function mapProtocol<In, Out, NewIn, NewOut = NewIn>(
  protocol: Protocol<In, Out>,
  codec: Codec<In, Out, NewIn, NewOut>,
): Protocol<NewIn, NewOut> {
  if (typeof protocol?.unpack !== 'function' || typeof protocol.pack !== 'function') {
    throw invalidOption(
      'what a codec is put on is no protocol: give what line() returns, not line',
    );
  }
  for (const name of ['decode', 'encode'] as const) {
    if (typeof codec?.[name] === 'function') continue;
    throw invalidOption(`a codec has no function ${name}: give { decode, encode }`);
  }
  return {
    ...hooksOf<In, Out, NewOut>(protocol),
    unpack(buffer, connection) {
      const message = protocol.unpack(buffer, connection as unknown as Connection<Out>);
      return message === undefined ? undefined : decodeWith(codec, message);
    },
    pack(message, out, connection) {
      if (message instanceof Promise) {
        throw cannotPack('a promise cannot be encoded: await it, and send what comes');
      }
      const encoded = codec.encode(message);
      if (encoded === undefined) throw encodedNothing(message);
      protocol.pack(encoded, out, connection as unknown as Connection<Out>);
    },
  };
}

function decodeWith<In, Out, NewIn, NewOut>(
  codec: Codec<In, Out, NewIn, NewOut>,
  message: In,
): NewIn {
  let decoded: NewIn;
  try {
    decoded = codec.decode(message);
  } catch (error) {
    if (isGevError(error) && error.code === 'ERR_GEV_PROTOCOL') throw error;
    const why = error instanceof Error ? error.message : `${typeof error} was thrown`;
    throw protocolError(`a message could not be decoded: ${why}`, error);
  }
  if (decoded !== undefined) return decoded;
  throw new GevError('ERR_GEV_HANDLER', 'decode returned undefined: return null for no value');
}

/** As JSON.stringify does for `undefined`, functions and symbols. */
function encodedNothing(message: unknown): GevError {
  return cannotPack(
    `encode returned undefined for a message of type ${typeof message}: there is nothing to send`,
  );
}
