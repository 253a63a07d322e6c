import { protocolError, type ReadBuffer } from 'gev';
import { splitQuoted, splitWords } from './inline.js';
import type { RespLimits } from './limits.js';
import { Request } from './request.js';

const STAR = 0x2a;
const DOLLAR = 0x24;
const CR = 0x0d;
const LF = 0x0a;
const ZERO = 0x30;

/** A number with more digits is over every limit. */
const MAX_DIGITS = 10;

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
  /** Behind the last whole argument. */
  readonly position: number;
  /** Bytes without which it would be in vain to look again. */
  readonly needed: number;
}

/**
 * Cuts bytes into requests: arrays of bulk strings, or lines as a person types them. Nothing is
 * copied. Serves any number of connections; one whose request comes in many pieces costs each byte
 * once, because it is noted how far it was parsed.
 *
 * Strict where Redis is: a byte is not checked where Redis skips it.
 */
export class RequestParser {
  readonly #limits: RespLimits;
  readonly #unfinished = new Map<object, Progress>();
  #request = new Request();
  #announced = 0;
  #position = 0;
  #needed = 0;

  constructor(limits: RespLimits) {
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
    // Where the buffer wraps round, most requests still lie in one piece.
    const isWhole = this.#parse(first) || (second.length > 0 && this.#parse(join(first, second)));
    if (!isWhole) {
      this.#note(key, progress, length);
      return undefined;
    }
    if (progress !== undefined) this.#unfinished.delete(key);
    buffer.retrieve(this.#position);
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
    this.#position = 1;
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

  /** Goes on at the position; true when the request is whole. */
  #parse(bytes: Uint8Array): boolean {
    return bytes[0] === STAR ? this.#parseArray(bytes) : this.#parseLine(bytes);
  }

  #parseArray(bytes: Uint8Array): boolean {
    const request = this.#request;
    const { maxArguments, maxBulk } = this.#limits;
    if (this.#announced === -1) {
      const announced = this.#parseNumber(bytes, 1, 'multibulk');
      if (announced === undefined) return false;
      if (announced > maxArguments) throw protocolError('Protocol error: invalid multibulk length');
      this.#announced = announced;
    }
    while (request.count < this.#announced) {
      const from = this.#position;
      this.#needed = from + 1;
      if (from >= bytes.length) return false;
      if (bytes[from] !== DOLLAR) throw unexpected(bytes[from]!);
      const size = this.#parseNumber(bytes, from + 1, 'bulk');
      if (size === undefined) return false;
      if (size < 0 || size > maxBulk) throw protocolError('Protocol error: invalid bulk length');
      const start = this.#position;
      const end = start + size;
      if (end + 2 > bytes.length) {
        this.#position = from;
        this.#needed = end + 2;
        return false;
      }
      request.push(start, end);
      this.#position = end + 2;
    }
    request.bytes = bytes;
    return true;
  }

  /** Reads `digits CR LF` and moves behind them; undefined, and no move, when the end is missing. */
  #parseNumber(bytes: Uint8Array, from: number, what: string): number | undefined {
    let at = from;
    const negative = bytes[at] === 0x2d;
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
      this.#needed = at + 2;
      return undefined;
    }
    if (at === first || (negative && value === 0)) throw invalid(what);
    this.#position = at + 2;
    return negative ? -value : value;
  }

  #parseLine(bytes: Uint8Array): boolean {
    const { maxInline } = this.#limits;
    const end = bytes.subarray(0, maxInline + 1).indexOf(LF);
    this.#needed = bytes.length + 1;
    if (end === -1 && bytes.length <= maxInline) return false;
    if (end === -1) throw protocolError('Protocol error: too big inline request');
    this.#split(bytes, end > 0 && bytes[end - 1] === CR ? end - 1 : end);
    this.#position = end + 1;
    return true;
  }

  /** Makes arguments of the line that ends at `end`. */
  #split(bytes: Uint8Array, end: number): void {
    const request = this.#request;
    request.bytes = bytes;
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

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

function invalid(what: string): Error {
  return protocolError(`Protocol error: invalid ${what} length`);
}

function unexpected(byte: number): Error {
  return protocolError(`Protocol error: expected '$', got '${String.fromCharCode(byte)}'`);
}
