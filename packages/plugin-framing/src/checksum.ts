import { assertBytes, protocolError } from '@gev/core';
import { crc32 } from './crc32.js';
import { invalidOption } from './error.js';
import type { Framing } from './framing.js';
import { hooksOf } from './hooks.js';
import { type Endian, numberWriter, swap32 } from './length-number.js';
import { checkNames, oneOf } from './option.js';

const SIZE = 4;

export interface ChecksumOptions {
  /** Order of the checksum's bytes. Default `'big'`. */
  readonly endian?: Endian;
}

/**
 * Frames whose last four bytes are the CRC-32 (of Ethernet, gzip and zip) of the bytes before them. It
 * covers the message, not the framing's header. The message is a view, valid until the handler returns.
 *
 * A frame whose checksum is wrong, or that has no room for one, closes the connection with
 * `protocol-error` (`ERR_GEV_PROTOCOL`). It finds what broke on the way, not what was forged.
 *
 * @param framing `lengthField` with the default `strip` or more, `varint32` or `fixed` (whose size
 * counts the checksum): bytes of a checksum may look like any delimiter
 * @throws GevError `ERR_GEV_INVALID_OPTION`
 *
 * @example
 * createServer({ address, protocol: withChecksum(lengthField()), handler });
 */
export function withChecksum(framing: Framing, options: ChecksumOptions = {}): Framing {
  checkNames(options, ['endian']);
  const isBig = oneOf('endian', options.endian ?? 'big', ['big', 'little']) === 'big';
  const write = numberWriter(SIZE, isBig ? 'big' : 'little');
  const packHeader = framing?.packHeader;
  if (typeof packHeader !== 'function') {
    throw invalidOption(
      'withChecksum needs a framing that is a header and a message: give lengthField with ' +
        'strip at its default or more, varint32 or fixed',
    );
  }
  return {
    ...hooksOf<Uint8Array, Uint8Array | string, Uint8Array | string>(framing),
    unpack(buffer, connection) {
      const frame = framing.unpack(buffer, connection);
      return frame === undefined ? undefined : checked(frame, isBig);
    },
    pack(message, out) {
      const isText = typeof message === 'string';
      if (!isText) assertBytes(message);
      const size = isText ? Buffer.byteLength(message) : message.length;
      packHeader(size + SIZE, out);
      if (isText) out.writeString(message);
      else out.write(message);
      write(out, crc32(message));
    },
    packHeader: undefined,
  };
}

/** The message of a frame. */
function checked(frame: Uint8Array, isBig: boolean): Uint8Array {
  const size = frame.length - SIZE;
  if (size < 0) throw protocolError(`a frame of ${frame.length} bytes has no room for a checksum`);
  const message = frame.subarray(0, size);
  const big =
    ((frame[size]! << 24) |
      (frame[size + 1]! << 16) |
      (frame[size + 2]! << 8) |
      frame[size + 3]!) >>>
    0;
  const claimed = isBig ? big : swap32(big);
  const actual = crc32(message);
  if (claimed === actual) return message;
  throw protocolError(
    `a frame of ${frame.length} bytes is damaged: its checksum is 0x${hex(claimed)}, ` +
      `that of its bytes 0x${hex(actual)}`,
  );
}

function hex(value: number): string {
  return value.toString(16).padStart(2 * SIZE, '0');
}
