import type { ReadBuffer } from '@gev/core';
import { HttpError } from './http-error.js';

const CR = 13;
const LF = 10;
const CR_LF = 0x0d0a;

/** What bounds the head of a request or response. */
export interface HeadLimits {
  /** Bytes of the head, the empty line included. */
  readonly maxHeader: number;
  /** Header lines. */
  readonly maxHeaders: number;
}

/**
 * Finds the end of an HTTP/1.1 head, however it arrives: each byte is looked at once. Lines end
 * with CR LF and with nothing else.
 */
export class HeadReader {
  readonly #limits: HeadLimits;
  #scanned = 0;
  #lineStart = 0;
  #lines = 0;

  constructor(limits: HeadLimits) {
    this.#limits = limits;
  }

  /**
   * Finds out how many bytes the head has, the empty line included; undefined while it is not whole.
   * Then the reader is ready for the next head. Consumes nothing.
   *
   * @throws HttpError 400 or 431
   */
  find(buffer: ReadBuffer): number | undefined {
    for (;;) {
      const end = buffer.indexOf(LF, this.#scanned);
      if ((end === -1 ? buffer.length : end + 1) > this.#limits.maxHeader) {
        throw new HttpError(431, `the head has more than ${this.#limits.maxHeader} bytes`);
      }
      if (end === -1) {
        this.#scanned = buffer.length;
        return undefined;
      }
      if (end === 0 || buffer.peekUint8(end - 1) !== CR) {
        throw new HttpError(400, 'a line that does not end with CR LF');
      }
      if (end - this.#lineStart === 1) {
        this.#begin(0, 0);
        return end + 1;
      }
      this.#begin(end + 1, this.#lines + 1);
      if (this.#lines > this.#limits.maxHeaders + 1) {
        throw new HttpError(431, `more than ${this.#limits.maxHeaders} header lines`);
      }
    }
  }

  /**
   * Drops empty lines before a request, which a client may have sent behind the last one (RFC 9112,
   * section 2.2).
   */
  skipEmptyLines(buffer: ReadBuffer): void {
    while (this.#lines === 0 && buffer.peekUint16() === CR_LF) {
      buffer.retrieve(2);
      this.#scanned = 0;
    }
  }

  /** The first `size` bytes as latin1, without the empty line. */
  text(buffer: ReadBuffer, size: number): string {
    const [first, second] = buffer.peek(size - 4);
    return Buffer.concat([first, second]).toString('latin1');
  }

  #begin(line: number, lines: number): void {
    this.#scanned = line;
    this.#lineStart = line;
    this.#lines = lines;
  }
}
