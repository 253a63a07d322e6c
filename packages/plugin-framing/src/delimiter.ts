import { assertBytes, type Protocol, printable, protocolError, type ReadBuffer } from '@gev/core';
import { ConnectionNumber } from './connection-number.js';
import { DelimiterSet } from './delimiter-set.js';
import { cannotPack, invalidOption } from './error.js';
import type { Framing } from './framing.js';
import { byteLength, isLonger } from './message-size.js';
import { checkNames, DEFAULT_SEARCH, flag, wholeNumber } from './option.js';

/** A byte string; text stands for its UTF-8. */
export type Delimiter = Uint8Array | string;

export interface DelimiterOptions {
  /** Longest frame in bytes, its delimiter not counted, that is taken or sent. Default 64 KiB. */
  readonly maxFrameLength?: number;
  /** True: messages come without their delimiter; false: with it. Default true. */
  readonly strip?: boolean;
}

/**
 * Frames that end with a byte string, or with one of several: the delimiter that gives the shortest
 * frame wins, as in Netty's DelimiterBasedFrameDecoder. The message is a view, valid until the handler
 * returns; an empty frame is a message. How far a frame was searched is remembered, so one that trickles
 * in costs no more than one that comes at once; nobody else may consume bytes in between.
 *
 * `pack` adds the first delimiter, with `strip: false` only where the message does not end with one
 * itself. A message with a delimiter in it, which would be two, and one over `maxFrameLength` throw
 * `ERR_GEV_HANDLER`. A frame over it that comes closes the connection with `protocol-error`
 * (`ERR_GEV_PROTOCOL`).
 *
 * @param delimiters none may have another in it but at its end (`'\r\n'` and `'\n'` are fine, `'\r\n'`
 * and `'\r'` are not): which one wins would depend on how the bytes are cut
 * @throws GevError `ERR_GEV_INVALID_OPTION`
 * @see https://netty.io/4.1/api/io/netty/handler/codec/DelimiterBasedFrameDecoder.html
 *
 * @example
 * createServer({ address, protocol: delimiter(['\0', ';\n']), handler });
 */
export function delimiter(
  delimiters: Delimiter | readonly Delimiter[],
  options: DelimiterOptions = {},
): Framing {
  checkNames(options, ['maxFrameLength', 'strip']);
  const most = wholeNumber('maxFrameLength', options.maxFrameLength ?? DEFAULT_SEARCH, 0);
  const strip = flag('strip', options.strip ?? true);
  const set = new DelimiterSet(bytesOf(delimiters));
  return { ...unpacking(set, most, strip), pack: packing(set, most, strip), packHeader: undefined };
}

function bytesOf(delimiters: Delimiter | readonly Delimiter[]): Buffer[] {
  const list: readonly unknown[] = Array.isArray(delimiters) ? delimiters : [delimiters];
  return list.map((given) => {
    // A copy: the caller may go on using what was given.
    if (typeof given === 'string' || given instanceof Uint8Array) return Buffer.from(given);
    throw invalidOption(`a delimiter is ${printable(given)}: give a Uint8Array or a string`);
  });
}

function unpacking(
  set: DelimiterSet,
  most: number,
  strip: boolean,
): Pick<Protocol<Uint8Array, Uint8Array | string>, 'unpack' | 'onClose'> {
  const searched = new ConnectionNumber('gev.delimiter.searched');
  return {
    unpack(buffer, connection) {
      const from = searched.get(connection);
      const end = set.findEnd(buffer, from);
      if (end === -1) {
        // The bytes in front of the longest delimiter that may still be under way.
        if (buffer.length - (set.longest - 1) > most) throw tooLong(most);
        if (buffer.length > 0) searched.set(connection, buffer.length);
        return undefined;
      }
      if (from > 0) searched.forget(connection);
      return takeFrame(buffer, end + 1, set.sizeAt(buffer, end), most, strip);
    },
    onClose: (connection) => searched.forget(connection),
  };
}

function takeFrame(
  buffer: ReadBuffer,
  size: number,
  delimiterSize: number,
  most: number,
  strip: boolean,
): Uint8Array | undefined {
  const body = size - delimiterSize;
  if (body > most) throw tooLong(most);
  if (!strip) return buffer.take(size);
  const message = buffer.take(body);
  buffer.retrieve(delimiterSize);
  return message;
}

function packing(set: DelimiterSet, most: number, strip: boolean): Framing['pack'] {
  return (message, out) => {
    if (typeof message !== 'string') assertBytes(message);
    const ending = strip ? 0 : set.endingOf(message);
    if (ending === 0 && !set.isFree(message)) {
      throw cannotPack('a message has a delimiter in it, at its end or before, and would be two');
    }
    if (isLonger(message, most + ending)) throw unsendable(message, ending, most);
    if (typeof message === 'string') out.writeString(message);
    else out.write(message);
    if (ending === 0) out.write(set.first);
  };
}

function unsendable(message: Uint8Array | string, ending: number, most: number): Error {
  const size = byteLength(message) - ending;
  return cannotPack(`a frame of ${size} bytes cannot be sent: maxFrameLength is ${most}`);
}

function tooLong(most: number): Error {
  return protocolError(`a frame has more than maxFrameLength ${most} bytes`);
}
