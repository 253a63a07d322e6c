const latin1Slice = Buffer.prototype.latin1Slice;
const NOTHING = new Uint8Array(0);

/**
 * One command as the client sent it: its name and arguments, as stretches of the bytes that arrived.
 *
 * The parser uses the same object again, and the bytes are a view: both are valid until the handler
 * returns. What is kept has to be copied ({@link text} and {@link copy} do).
 */
export class Request {
  /** The bytes in which the arguments lie. */
  bytes: Uint8Array = NOTHING;
  /** Arguments that are there, the name among them; 0 for an empty request. */
  count = 0;
  /** Where each argument begins and ends in {@link bytes}; only the first {@link count} are true. */
  readonly starts: number[] = [];
  readonly ends: number[] = [];

  push(start: number, end: number): void {
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.count += 1;
  }

  /** Bytes of an argument. */
  size(index: number): number {
    return this.ends[index]! - this.starts[index]!;
  }

  /** An argument as a string in which each character is a byte: any bytes give a string of their own. */
  text(index: number): string {
    return latin1Slice.call(this.bytes, this.starts[index]!, this.ends[index]!);
  }

  /** An argument as a view, valid until the handler returns. */
  view(index: number): Uint8Array {
    return this.bytes.subarray(this.starts[index]!, this.ends[index]!);
  }

  /** An argument as bytes that are the caller's. */
  copy(index: number): Uint8Array {
    return this.bytes.slice(this.starts[index]!, this.ends[index]!);
  }

  /** Whether an argument is this word, in whatever case. @param word in capitals */
  is(index: number, word: string): boolean {
    const start = this.starts[index]!;
    if (this.size(index) !== word.length) return false;
    for (let at = 0; at < word.length; at += 1) {
      if (capital(this.bytes[start + at]!) !== word.charCodeAt(at)) return false;
    }
    return true;
  }
}

/** The capital of a letter of ASCII; any other byte as it is. */
export function capital(byte: number): number {
  return byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte;
}
