import type { ReadBuffer } from '@gev/core';
import { invalidOption } from './error.js';

/** The byte strings that may end a frame, and the search for them. */
export class DelimiterSet {
  /** The longest first, so that of those that end together it wins: its frame is the shortest. */
  readonly #byLength: readonly Buffer[];
  /** The byte that all of them end with, if it is one and the same, else -1. */
  readonly #lastByte: number;
  /** 1 for each byte that one of them ends with. */
  readonly #isLast = new Uint8Array(256);
  /** The one that is written. */
  readonly first: Buffer;
  readonly longest: number;
  /** The delimiters as text, where searching a text for them is as good as searching its UTF-8. */
  readonly #texts: readonly string[] | undefined;
  /** True when a message that has none in it may have one together with {@link first}. */
  readonly #straddles: boolean;

  /** @throws GevError `ERR_GEV_INVALID_OPTION` */
  constructor(delimiters: readonly Buffer[]) {
    checkDelimiters(delimiters);
    this.first = delimiters[0]!;
    this.#byLength = delimiters.toSorted((one, other) => other.length - one.length);
    this.longest = this.#byLength[0]!.length;
    for (const delimiter of delimiters) this.#isLast[delimiter.at(-1)!] = 1;
    const isOne = this.#isLast.reduce((sum, is) => sum + is, 0) === 1;
    this.#lastByte = isOne ? this.first.at(-1)! : -1;
    this.#straddles = delimiters.some((delimiter) => straddles(delimiter, this.first));
    const isAscii = delimiters.every((delimiter) => delimiter.every((byte) => byte < 0x80));
    if (isAscii && !this.#straddles) this.#texts = delimiters.map(String);
  }

  /**
   * Where the last byte of a delimiter first stands, or -1. Which one ends there, tells
   * {@link sizeAt}.
   *
   * @param from bytes before it have been searched
   */
  findEnd(buffer: ReadBuffer, from: number): number {
    const lastByte = this.#lastByte;
    if (lastByte === -1) return this.#findAnyEnd(buffer, from);
    for (
      let at = buffer.indexOf(lastByte, from);
      at !== -1;
      at = buffer.indexOf(lastByte, at + 1)
    ) {
      if (this.sizeAt(buffer, at) > 0) return at;
    }
    return -1;
  }

  /**
   * One pass for all of them, byte by byte: to ask the buffer for each would search it to its end for
   * one that does not occur, at every frame.
   */
  #findAnyEnd(buffer: ReadBuffer, from: number): number {
    const { length } = buffer;
    for (let at = from; at < length; at += 1) {
      if (this.#isLast[buffer.peekUint8(at)!] === 1 && this.sizeAt(buffer, at) > 0) return at;
    }
    return -1;
  }

  /** The size of the delimiter whose last byte is at `end`; 0 when there is none. */
  sizeAt(buffer: ReadBuffer, end: number): number {
    for (const delimiter of this.#byLength) {
      const start = end + 1 - delimiter.length;
      if (start >= 0 && standsAt(buffer, start, delimiter)) return delimiter.length;
    }
    return 0;
  }

  /** True when a message has none in it, and gets none by {@link first} coming behind it. */
  isFree(message: Uint8Array | string): boolean {
    if (typeof message === 'string' && this.#texts !== undefined) {
      return !this.#texts.some((text) => message.includes(text));
    }
    return this.#isFreeOf(viewOf(message));
  }

  #isFreeOf(message: Buffer): boolean {
    if (this.#byLength.some((delimiter) => message.includes(delimiter))) return false;
    if (!this.#straddles) return true;
    const tail = message.subarray(Math.max(0, message.length - this.longest));
    const joined = Buffer.concat([tail, this.first]);
    return this.#byLength.every((delimiter) => {
      const at = joined.indexOf(delimiter);
      return at === -1 || at >= tail.length;
    });
  }

  /** Size of the one that a message ends with; 0 when there is none, or another before it. */
  endingOf(given: Uint8Array | string): number {
    const message = viewOf(given);
    const ending = this.#byLength.find((delimiter) => endsWith(message, delimiter));
    if (ending === undefined) return 0;
    const body = message.length - ending.length;
    const isOnly = this.#byLength.every((delimiter) => {
      const at = message.indexOf(delimiter);
      return at === -1 || at >= body;
    });
    return isOnly ? ending.length : 0;
  }
}

function checkDelimiters(delimiters: readonly Buffer[]): void {
  if (delimiters.length === 0) throw invalidOption('there is no delimiter: give one at least');
  if (delimiters.some((delimiter) => delimiter.length === 0)) {
    throw invalidOption('a delimiter is empty: give at least one byte');
  }
  for (const outer of delimiters) {
    // Of those that end with it the longer one wins; any other would win or not by how bytes are cut.
    const inner = delimiters.find((other) => outer.subarray(0, -1).includes(other));
    if (inner === undefined) continue;
    throw invalidOption(
      `the delimiter ${show(outer)} has ${show(inner)} in it, which would end the frame before it is ` +
        'whole: leave one of them out',
    );
  }
}

function standsAt(buffer: ReadBuffer, start: number, delimiter: Buffer): boolean {
  for (let index = delimiter.length - 1; index >= 0; index -= 1) {
    if (buffer.peekUint8(start + index) !== delimiter[index]) return false;
  }
  return true;
}

/** True when `delimiter` may begin in a message and end in the `closing` one that follows it. */
function straddles(delimiter: Buffer, closing: Buffer): boolean {
  for (let inside = 1; inside < delimiter.length; inside += 1) {
    const end = delimiter.subarray(-inside);
    if (closing.subarray(0, inside).equals(end)) return true;
  }
  return false;
}

function endsWith(message: Buffer, delimiter: Buffer): boolean {
  const start = message.length - delimiter.length;
  return start >= 0 && message.subarray(start).equals(delimiter);
}

/** To search in: the bytes themselves where there are bytes. */
function viewOf(message: Uint8Array | string): Buffer {
  if (typeof message === 'string') return Buffer.from(message);
  return Buffer.from(message.buffer, message.byteOffset, message.length);
}

function show(delimiter: Buffer): string {
  return JSON.stringify(delimiter.toString('latin1'));
}
