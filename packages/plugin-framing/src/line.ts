import {
  assertBytes,
  type Connection,
  type Protocol,
  protocolError,
  type ReadBuffer,
} from '@gev/core';
import { ConnectionNumber } from './connection-number.js';
import { cannotPack } from './error.js';
import type { Framing } from './framing.js';
import { byteLength, isLonger } from './message-size.js';
import { checkNames, DEFAULT_SEARCH, flag, oneOf, wholeNumber } from './option.js';

const LF = 0x0a;
const CR = 0x0d;

export interface LineOptions {
  /** Longest line in bytes, its end not counted, that is taken or sent. Default 64 KiB. */
  readonly maxLength?: number;
  /** True: messages come without their line end; false: with it. Default true. */
  readonly strip?: boolean;
  /** The line end that `pack` writes; read are both. Default `'\n'`. */
  readonly newline?: '\n' | '\r\n';
  /** What messages are: text of UTF-8, or a view, valid until the handler returns. Default text. */
  readonly encoding?: 'utf8' | 'bytes';
}

/** {@link LineOptions} for lines that come as bytes. */
export interface ByteLineOptions extends LineOptions {
  readonly encoding: 'bytes';
}

/** {@link LineOptions} for lines that come as text. */
export interface TextLineOptions extends LineOptions {
  readonly encoding?: 'utf8';
}

const NAMES: readonly (keyof LineOptions)[] = ['maxLength', 'strip', 'newline', 'encoding'];

/**
 * Lines that end with LF or CRLF, as Netty's LineBasedFrameDecoder reads them. An empty line is a
 * message. How far a line was searched is remembered, so a line that trickles in costs no more than
 * one that comes at once; nobody else may consume bytes in between.
 *
 * Text or bytes can be packed. `newline` is added, with `strip: false` only where the message does not
 * end with LF itself. A message with another LF in it would be two, and one that ends with CR before a
 * LF would lose it: `pack` throws `ERR_GEV_HANDLER`, as it does for one over `maxLength`.
 *
 * A line over `maxLength`, or that is no UTF-8 where it should be text, closes the connection with
 * `protocol-error` (`ERR_GEV_PROTOCOL`).
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION`
 * @see https://netty.io/4.1/api/io/netty/handler/codec/LineBasedFrameDecoder.html
 *
 * @example
 * createServer({ address, protocol: line(), handler: { onMessage: (c, text) => text.toUpperCase() } });
 */
export function line(options: ByteLineOptions): Framing;
export function line(options?: TextLineOptions): Protocol<string, Uint8Array | string>;
export function line(options: LineOptions = {}): Framing | Protocol<string, Uint8Array | string> {
  checkNames(options, NAMES);
  const encoding = oneOf('encoding', options.encoding ?? 'utf8', ['utf8', 'bytes']);
  const framing = byteLines(
    wholeNumber('maxLength', options.maxLength ?? DEFAULT_SEARCH, 0),
    flag('strip', options.strip ?? true),
    oneOf('newline', options.newline ?? '\n', ['\n', '\r\n']),
  );
  return encoding === 'bytes' ? framing : textLines(framing);
}

function byteLines(maxLength: number, strip: boolean, newline: string): Framing {
  const searched = new ConnectionNumber('gev.line.searched');

  /** There is no end yet. */
  function wait(buffer: ReadBuffer, connection: Connection<never>): undefined {
    const { length } = buffer;
    // One more may still be the CR of the end.
    if (length > maxLength + 1) throw tooLong(maxLength);
    if (length > 0) searched.set(connection, length);
  }

  return {
    unpack(buffer, connection) {
      const from = searched.get(connection);
      const at = buffer.indexOf(LF, from);
      if (at === -1) return wait(buffer, connection);
      if (from > 0) searched.forget(connection);
      const size = at > 0 && buffer.peekUint8(at - 1) === CR ? at - 1 : at;
      if (size > maxLength) throw tooLong(maxLength);
      if (!strip) return buffer.take(at + 1);
      const message = buffer.take(size);
      buffer.retrieve(at + 1 - size);
      return message;
    },
    pack(message, out) {
      const isText = typeof message === 'string';
      if (!isText) assertBytes(message);
      const at = isText ? message.indexOf('\n') : message.indexOf(LF);
      const ending = strip ? 0 : endingOf(message, at);
      if (at !== -1 && ending === 0)
        throw cannotPack('a message has LF in it and would be two lines');
      if (ending === 0 && newline === '\n' && unitAt(message, message.length - 1) === CR) {
        throw cannotPack("a message ends with CR, which would belong to the end: newline '\\r\\n'");
      }
      if (isLonger(message, maxLength + ending)) throw unsendable(message, ending, maxLength);
      if (isText) out.writeString(message);
      else out.write(message);
      if (ending === 0) out.writeString(newline);
    },
    onClose: (connection) => searched.forget(connection),
    packHeader: undefined,
  };
}

function textLines(framing: Framing): Protocol<string, Uint8Array | string> {
  // Strict, and the mark that some editors put in front is a character as any other.
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return {
    ...framing,
    unpack(buffer, connection) {
      const bytes = framing.unpack(buffer, connection);
      if (bytes === undefined) return undefined;
      try {
        return decoder.decode(bytes);
      } catch (error) {
        throw protocolError('a line is not UTF-8', error);
      }
    },
  };
}

/** Bytes of the line end that a message ends with; 0 when its first LF, at `at`, is not its last byte. */
function endingOf(message: Uint8Array | string, at: number): number {
  if (at === -1 || at !== message.length - 1) return 0;
  return unitAt(message, at - 1) === CR ? 2 : 1;
}

function unitAt(message: Uint8Array | string, index: number): number | undefined {
  return typeof message === 'string' ? message.charCodeAt(index) : message[index];
}

function unsendable(message: Uint8Array | string, ending: number, maxLength: number): Error {
  const size = byteLength(message) - ending;
  return cannotPack(`a line of ${size} bytes cannot be sent: maxLength is ${maxLength}`);
}

function tooLong(maxLength: number): Error {
  return protocolError(`a line has more than maxLength ${maxLength} bytes`);
}
