import { protocolError, type ReadBuffer, type WriteBuffer } from '@gev/core';
import { cannotPack } from './error.js';
import { type Framing, packBehind } from './framing.js';
import { checkNames, DEFAULT_FRAME, wholeNumber } from './option.js';

/** A varint of 32 bits has at most so many bytes, seven bits in each. */
const MOST_BYTES = 5;

export interface Varint32Options {
  /**
   * Largest message in bytes, its prefix not counted. One larger than the connection's
   * `maxInputBuffer` can never come: raise both. Default 1 MiB less 5 bytes.
   */
  readonly maxFrameLength?: number;
}

/**
 * Frames behind their length as a varint of 32 bits, as Protobuf's `writeDelimitedTo` and Netty's
 * ProtobufVarint32FrameDecoder have it: seven bits a byte, the lowest first, the high bit set in all
 * but the last. The message is a view, valid until the handler returns.
 *
 * A length of more than five bytes or 32 bits, or over `maxFrameLength`, closes the connection with
 * `protocol-error` (`ERR_GEV_PROTOCOL`). A length with needless bytes (`80 00` for 0) is taken, as
 * Protobuf's own readers do. A message over `maxFrameLength` throws `ERR_GEV_HANDLER` in `pack`.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION`
 * @see https://protobuf.dev/programming-guides/encoding/#varints
 *
 * @example
 * createServer({ address, protocol: varint32({ maxFrameLength: 64 * 1024 }), handler });
 */
export function varint32(options: Varint32Options = {}): Framing {
  checkNames(options, ['maxFrameLength']);
  const most = wholeNumber(
    'maxFrameLength',
    options.maxFrameLength ?? DEFAULT_FRAME - MOST_BYTES,
    0,
  );
  const packHeader = (size: number, out: WriteBuffer): void => {
    if (!(size >= 0 && size <= most && size < 2 ** 32)) {
      throw cannotPack(`a message of ${size} bytes cannot be framed: maxFrameLength is ${most}`);
    }
    let rest = size;
    for (; rest > 0x7f; rest >>>= 7) out.writeUint8((rest & 0x7f) | 0x80);
    out.writeUint8(rest);
  };
  return {
    unpack(buffer) {
      const first = buffer.peekUint8();
      if (first === undefined) return undefined;
      if (first > 0x7f) return unpackLong(buffer, most);
      return takeBehind(buffer, 1, first, most);
    },
    pack: packBehind(packHeader),
    packHeader,
  };
}

/** The same for a length of several bytes. */
function unpackLong(buffer: ReadBuffer, most: number): Uint8Array | undefined {
  let size = 0;
  for (let index = 0; index < MOST_BYTES; index += 1) {
    const byte = buffer.peekUint8(index);
    if (byte === undefined) return undefined;
    // Not by shifting, which would make the 32nd bit a sign.
    size += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return takeBehind(buffer, index + 1, size, most);
  }
  throw protocolError(`the length of a frame is a varint of more than ${MOST_BYTES} bytes`);
}

function takeBehind(
  buffer: ReadBuffer,
  prefix: number,
  size: number,
  most: number,
): Uint8Array | undefined {
  if (size >= 2 ** 32) throw protocolError('the length of a frame is a varint over 32 bits');
  if (size > most) throw protocolError(`a frame has ${size} bytes: maxFrameLength is ${most}`);
  if (buffer.length < prefix + size) return undefined;
  buffer.retrieve(prefix);
  return buffer.take(size);
}
