import { protocolError, type ReadBuffer } from 'gev';
import { splitQuoted, splitWords } from './inline.js';
import type { RequestLimits } from './limits.js';
import { Request } from './request.js';

const STAR = 0x2a;
const DOLLAR = 0x24;
const CR = 0x0d;
const LF = 0x0a;
const MINUS = 0x2d;
const ZERO = 0x30;

/** A number with more digits is over every limit. */
const MAX_DIGITS = 10;
/** The mark, a sign, the digits, CR and LF. */
const LONGEST_HEADER = 4 + MAX_DIGITS;

/** So many arguments or bytes of an unfinished request are parsed anew sooner than noted. */
const FEW_ARGUMENTS = 16;
const FEW_BYTES = 4096;

/** A request that was longer than this gives its memory back. */
const USUAL_ARGUMENTS = 1024;

/** How far the parser came in a request whose end is not there yet. Positions count from its start. */
interface Progress {
  readonly request: Request;
  /** Arguments that the request announced, -1 before it did. */
  readonly announced: number;
  /** Behind the last whole argument; in a line behind what was searched for its end. */
  readonly position: number;
  /** Bytes without which it would be in vain to look again. */
  readonly needed: number;
}

/**
 * Cuts bytes into requests: arrays of bulk strings, or lines as a person types them. They are parsed
 * where they lie, in two stretches where the buffer wraps round; only a whole request that wraps is
 * copied. Serves any number of connections; one whose request comes in many pieces costs each byte
 * once, because it is noted how far it was parsed.
 *
 * Strict where Redis is: a byte is not checked where Redis skips it.
 */
export class RequestParser {
  readonly #limits: RequestLimits;
  readonly #unfinished = new Map<object, Progress>();
  #request = new Request();
  #announced = 0;
  #position = 0;
  #needed = 0;

  constructor(limits: RequestLimits) {
    this.#limits = limits;
  }

  /**
   * Consumes one request, or returns undefined and leaves the buffer as it was.
   *
   * @param key what tells connections apart
   * @throws GevError `ERR_GEV_PROTOCOL`, in Redis's words
   */
  parse(buffer: ReadBuffer, key: object): Request | undefined {
    const { length } = buffer;
    if (length === 0) return undefined;
    const progress = this.#unfinished.size > 0 ? this.#unfinished.get(key) : undefined;
    if (progress === undefined) this.#begin();
    else if (length < progress.needed) return undefined;
    else this.#resume(progress);
    const [first, second] = buffer.peek(length);
    const isArray = first[0] === STAR;
    const isWhole = isArray ? this.#parseArray(first, second) : this.#findLine(buffer);
    if (!isWhole) {
      this.#note(key, progress, length);
      return undefined;
    }
    if (progress !== undefined) this.#unfinished.delete(key);
    this.#request.bytes = this.#take(buffer, first);
    if (!isArray) this.#splitLine();
    return this.#request;
  }

  /** Drops what is noted of a connection that is gone. */
  forget(key: object): void {
    this.#unfinished.delete(key);
  }

  #begin(): void {
    if (this.#request.starts.length > USUAL_ARGUMENTS) this.#request = new Request();
    this.#request.count = 0;
    this.#announced = -1;
    this.#position = 0;
  }

  #resume(progress: Progress): void {
    this.#request = progress.request;
    this.#announced = progress.announced;
    this.#position = progress.position;
  }

  #note(key: object, progress: Progress | undefined, length: number): void {
    if (progress === undefined && this.#request.count <= FEW_ARGUMENTS && length <= FEW_BYTES)
      return;
    const request = this.#request;
    const [announced, position, needed] = [this.#announced, this.#position, this.#needed];
    this.#unfinished.set(key, { request, announced, position, needed });
    // It is the connection's now.
    this.#request = new Request();
  }

  /** Consumes the request: a view, or a copy where it wraps round. */
  #take(buffer: ReadBuffer, first: Uint8Array): Uint8Array {
    const size = this.#position;
    if (size > first.length) return buffer.take(size)!;
    buffer.retrieve(size);
    return first;
  }

  /** Goes on at the position; true when the request is whole. */
  #parseArray(first: Uint8Array, second: Uint8Array): boolean {
    const length = first.length + second.length;
    return (
      this.#parseStretch(first, 0, length) ||
      (second.length > 0 && this.#goRound(first, second, length))
    );
  }

  /** Goes on where the first stretch ended. */
  #goRound(first: Uint8Array, second: Uint8Array, length: number): boolean {
    const from = this.#position;
    const left = first.length - from;
    // The header is there, and the argument is not.
    if (left >= LONGEST_HEADER) return false;
    if (left > 0 && this.#parseStretch(headerAt(first, second, from), from, length)) return true;
    return this.#position >= first.length && this.#parseStretch(second, first.length, length);
  }

  /**
   * Goes on at the position, which lies in `bytes`, as far as headers stand there.
   *
   * @param base where `bytes` begins in the request
   * @param length of all that is there: the end of an argument need not lie in `bytes`
   */
  #parseStretch(bytes: Uint8Array, base: number, length: number): boolean {
    const request = this.#request;
    const { maxBulk } = this.#limits;
    if (this.#announced === -1 && !this.#parseCount(bytes, base)) return false;
    while (request.count < this.#announced) {
      const from = this.#position;
      const at = from - base;
      if (at >= bytes.length) {
        this.#needed = from + 1;
        return false;
      }
      if (bytes[at] !== DOLLAR) throw unexpected(bytes[at]!);
      const size = this.#parseNumber(bytes, base, at + 1, 'bulk');
      if (size === undefined) return false;
      if (size < 0 || size > maxBulk) throw invalid('bulk');
      const start = this.#position;
      const end = start + size;
      if (end + 2 > length) {
        this.#position = from;
        this.#needed = end + 2;
        return false;
      }
      request.push(start, end);
      this.#position = end + 2;
    }
    return true;
  }

  /** Reads how many arguments come; false when that is not whole. */
  #parseCount(bytes: Uint8Array, base: number): boolean {
    const count = this.#parseNumber(bytes, base, 1, 'multibulk');
    if (count === undefined) return false;
    if (count > this.#limits.maxArguments) throw invalid('multibulk');
    this.#announced = count;
    return true;
  }

  /** Reads `digits CR LF` and moves behind them; undefined, and no move, when the end is missing. */
  #parseNumber(bytes: Uint8Array, base: number, from: number, what: string): number | undefined {
    let at = from;
    const negative = bytes[at] === MINUS;
    if (negative) at += 1;
    const first = at;
    let value = 0;
    for (; at < bytes.length && bytes[at] !== CR; at += 1) {
      const digit = bytes[at]! - ZERO;
      const leadingZero = at > first && value === 0;
      if (digit < 0 || digit > 9 || leadingZero || at - first === MAX_DIGITS) throw invalid(what);
      value = value * 10 + digit;
    }
    if (at + 2 > bytes.length) {
      this.#needed = base + at + 2;
      return undefined;
    }
    if (at === first || (negative && value === 0)) throw invalid(what);
    this.#position = base + at + 2;
    return negative ? -value : value;
  }

  /** Goes on at the position and moves behind the end of the line; false when that is missing. */
  #findLine(buffer: ReadBuffer): boolean {
    const { maxInline } = this.#limits;
    const end = buffer.indexOf(LF, this.#position);
    const size = end === -1 ? buffer.length : end;
    if (size > maxInline) throw protocolError('Protocol error: too big inline request');
    this.#position = end === -1 ? size : end + 1;
    this.#needed = size + 1;
    return end !== -1;
  }

  /** Makes arguments of the line that ends at the position. */
  #splitLine(): void {
    const request = this.#request;
    const { bytes } = request;
    const feed = this.#position - 1;
    const end = feed > 0 && bytes[feed - 1] === CR ? feed - 1 : feed;
    if (splitWords(bytes, end, request)) return;
    const parts = splitQuoted(bytes.subarray(0, end));
    if (parts === undefined) throw protocolError('Protocol error: unbalanced quotes in request');
    request.bytes = Uint8Array.from(parts.flat());
    request.count = 0;
    let at = 0;
    for (const part of parts) {
      request.push(at, at + part.length);
      at += part.length;
    }
  }
}

/** A copy of the header that begins at `from` and wraps round, and of some bytes behind it. */
function headerAt(first: Uint8Array, second: Uint8Array, from: number): Uint8Array {
  return Uint8Array.of(...first.subarray(from), ...second.subarray(0, LONGEST_HEADER));
}

function invalid(what: string): Error {
  return protocolError(`Protocol error: invalid ${what} length`);
}

function unexpected(byte: number): Error {
  return protocolError(`Protocol error: expected '$', got '${String.fromCharCode(byte)}'`);
}
