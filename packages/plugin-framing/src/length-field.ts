import {
  assertBytes,
  type GevError,
  type Protocol,
  protocolError,
  type WriteBuffer,
} from '@gev/core';
import { ConnectionNumber } from './connection-number.js';
import { cannotPack } from './error.js';
import { type Framing, packBehind } from './framing.js';
import { type LengthFieldLayout, type LengthFieldOptions, layOut } from './length-field-layout.js';
import { numberReader, numberWriter } from './length-number.js';

type Unpacking = Pick<Protocol<Uint8Array, Uint8Array | string>, 'unpack' | 'onClose'>;

/**
 * Frames that carry their length, with the meanings of Netty's LengthFieldBasedFrameDecoder and
 * LengthFieldPrepender: a frame is `offset` bytes, the length field, then `length + adjustment`
 * bytes; the message is the frame without its first `strip` bytes, as a view that is valid until the
 * handler returns. An empty message is a message.
 *
 * `pack` is the inverse:
 * - `strip` at `offset + bytes` (the default) or more: it writes `header`, with the length filled in,
 *   and the message, bytes or text.
 * - `strip` less: the message carries the rest of its header, room for the length included. Whatever
 *   stands in that room, `pack` writes the length there. The message itself is not changed.
 *
 * A frame that is too long, shorter than its own header, or whose length is negative or 2^53 or more,
 * closes the connection with `protocol-error` (`ERR_GEV_PROTOCOL`). What cannot be packed, since it
 * would be refused by the other side, throws `ERR_GEV_HANDLER`.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION`
 * @see https://netty.io/4.1/api/io/netty/handler/codec/LengthFieldBasedFrameDecoder.html
 *
 * @example
 * createServer({ address, protocol: lengthField(), handler: { onMessage: (c, body) => body } });
 * @example A type byte that stays with the message, then a u16 that counts the three bytes too
 * lengthField({ offset: 1, bytes: 2, adjustment: -3, strip: 0 })
 */
export function lengthField(options: LengthFieldOptions = {}): Framing {
  const layout = layOut(options);
  const { bytes, endian, offset, strip, failFast } = layout;
  // What most people use gets functions of its own, so that its calls stay monomorphic.
  if (bytes === 4 && endian === 'big' && offset === 0 && strip === 4 && failFast) {
    return uint32Frames(layout);
  }
  const unpacking = failFast ? unpackAtOnce(layout) : unpackLate(layout);
  if (strip < layout.end) {
    return { ...unpacking, pack: packWithin(layout), packHeader: undefined };
  }
  const packHeader = headerPacker(layout);
  return { ...unpacking, pack: packBehind(packHeader), packHeader };
}

/** A u32 and the message. */
function uint32Frames(layout: LengthFieldLayout): Framing {
  const { strip, extra, least, most } = layout;
  const uncounted = strip - extra;
  const packHeader = (size: number, out: WriteBuffer): void => {
    const length = size + uncounted;
    if (!(length >= least && length <= most)) throw tooMuchOrLittle(layout, size);
    out.writeUint32(length);
  };
  return {
    unpack(buffer) {
      const length = buffer.peekUint32();
      if (length === undefined) return undefined;
      if (length < least || length > most) throw refusal(layout, length);
      const size = length + extra;
      if (buffer.length < size) return undefined;
      buffer.retrieve(4);
      return buffer.take(size - 4);
    },
    pack(message, out) {
      if (typeof message === 'string') {
        packHeader(Buffer.byteLength(message), out);
        out.writeString(message);
      } else {
        assertBytes(message);
        packHeader(message.length, out);
        out.write(message);
      }
    },
    packHeader,
  };
}

function unpackAtOnce(layout: LengthFieldLayout): Unpacking {
  const { bytes, endian, offset, strip, extra, least, most } = layout;
  const read = numberReader(bytes, endian);
  return {
    unpack(buffer) {
      const length = read(buffer, offset);
      if (length === undefined) return undefined;
      if (length < least || length > most) throw refusal(layout, length);
      const size = length + extra;
      if (buffer.length < size) return undefined;
      buffer.retrieve(strip);
      return buffer.take(size - strip);
    },
  };
}

/** Discards what is too long before it complains; the bytes still to be dropped are remembered. */
function unpackLate(layout: LengthFieldLayout): Unpacking {
  const { bytes, endian, offset, strip, extra, least, most, maxFrameLength } = layout;
  const read = numberReader(bytes, endian);
  const toDrop = new ConnectionNumber('gev.lengthField.toDrop');
  return {
    unpack(buffer, connection) {
      let size = toDrop.get(connection);
      if (size === 0) {
        const length = read(buffer, offset);
        if (length === undefined) return undefined;
        size = length + extra;
        if (length < least || !Number.isSafeInteger(size)) throw refusal(layout, length);
        if (length <= most) {
          if (buffer.length < size) return undefined;
          buffer.retrieve(strip);
          return buffer.take(size - strip);
        }
      }
      const left = size - buffer.length;
      buffer.retrieve(size);
      if (left > 0) {
        toDrop.set(connection, left);
        return undefined;
      }
      toDrop.forget(connection);
      throw protocolError(`a frame of more than maxFrameLength ${maxFrameLength} bytes came`);
    },
    onClose: (connection) => toDrop.forget(connection),
  };
}

/** For a message that lacks its whole header. */
function headerPacker(layout: LengthFieldLayout): (size: number, out: WriteBuffer) => void {
  const { bytes, endian, offset, end, strip, header, extra, least, most } = layout;
  const write = numberWriter(bytes, endian);
  const before = header.subarray(0, offset);
  const behind = header.subarray(end);
  return (size, out) => {
    const length = size + strip - extra;
    // Turned round, so that what is no number is refused too.
    if (!(length >= least && length <= most)) throw tooMuchOrLittle(layout, size);
    if (offset > 0) out.write(before);
    write(out, length);
    if (strip > end) out.write(behind);
  };
}

/** For a message that carries the rest of its header, with room for the length. */
function packWithin(layout: LengthFieldLayout): Framing['pack'] {
  const { bytes, endian, offset, end, strip, header, extra, least, most } = layout;
  const write = numberWriter(bytes, endian);
  const before = header.subarray(0, Math.min(offset, strip));
  return (message, out) => {
    if (typeof message === 'string') {
      throw cannotPack(`with strip ${strip} a message carries its header: send bytes, not text`);
    }
    assertBytes(message);
    const length = message.length + strip - extra;
    if (length < least || length > most) throw tooMuchOrLittle(layout, message.length);
    out.write(before);
    if (strip < offset) out.write(message.subarray(0, offset - strip));
    write(out, length);
    out.write(message.subarray(end - strip));
  };
}

function refusal(layout: LengthFieldLayout, length: number): GevError<'ERR_GEV_PROTOCOL'> {
  const { least, extra, end, strip, maxFrameLength } = layout;
  if (length > Number.MAX_SAFE_INTEGER) {
    return protocolError('the length of a frame is negative or 2^53 or more');
  }
  const size = length + extra;
  return protocolError(
    length < least
      ? `a frame has length ${length}, which makes ${size} bytes: less than its header ${end} or strip ${strip}`
      : `a frame has ${size} bytes: maxFrameLength is ${maxFrameLength}`,
  );
}

function tooMuchOrLittle(layout: LengthFieldLayout, size: number): GevError {
  const { least, most, extra, strip } = layout;
  return cannotPack(
    `a message of ${size} bytes cannot be framed: its size must be from ${least + extra - strip} to ` +
      `${most + extra - strip} (maxFrameLength, and what the length field can say)`,
  );
}
