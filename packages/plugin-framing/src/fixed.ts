import { cannotPack } from './error.js';
import { type Framing, packBehind } from './framing.js';
import { wholeNumber } from './option.js';

/**
 * Frames of always the same size, with nothing between them. The message is a view, valid until the
 * handler returns. Every byte is part of a message, so a peer can do nothing wrong; a message of
 * another size throws `ERR_GEV_HANDLER` in `pack`.
 *
 * @param size bytes of a frame; one larger than the connection's `maxInputBuffer` can never come
 * @throws GevError `ERR_GEV_INVALID_OPTION`
 *
 * @example
 * createServer({ address, protocol: fixed(16), handler: { onMessage: (c, record) => record } });
 */
export function fixed(size: number): Framing {
  wholeNumber('size', size, 1);
  const packHeader = (given: number): void => {
    if (given === size) return;
    throw cannotPack(`a message of ${given} bytes cannot be sent: every frame has ${size}`);
  };
  return {
    unpack: (buffer) => buffer.take(size),
    pack: packBehind(packHeader),
    packHeader,
  };
}
