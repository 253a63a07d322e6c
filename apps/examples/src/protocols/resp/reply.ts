/** A reply whose bytes are known before it is sent: written as it is. */
export class Encoded {
  readonly bytes: Uint8Array;
  /** Of a bulk string: where its body begins. The body ends two bytes before the end. */
  readonly bodyStart: number;

  constructor(bytes: Uint8Array, bodyStart = 0) {
    this.bytes = bytes;
    this.bodyStart = bodyStart;
  }

  /** Bytes of the body. */
  get size(): number {
    return this.bytes.length - this.bodyStart - 2;
  }
}

/** Names and values: a map in RESP3, in RESP2 a flat array. */
export class RespMap {
  readonly entries: readonly (readonly [name: string, value: Reply])[];

  constructor(entries: readonly (readonly [name: string, value: Reply])[]) {
    this.entries = entries;
  }
}

/** Text for people: a verbatim string in RESP3, in RESP2 a bulk string. */
export class Verbatim {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * What a client may be told. A number is an integer; a string is a bulk string of one byte a
 * character; bytes are a bulk string, too, and need only last until the handler returns.
 */
export type Reply =
  | Encoded
  | Uint8Array
  | number
  | bigint
  | string
  | null
  | RespMap
  | Verbatim
  | readonly Reply[];

/** A simple string. */
export function simple(text: string): Encoded {
  return new Encoded(latin1(`+${text}\r\n`));
}

/** An error; what follows its first word is for people. Breaks of line become spaces. */
export function failure(text: string): Encoded {
  return new Encoded(latin1(`-${text.replace(/[\r\n]/g, ' ')}\r\n`));
}

/** A bulk string with the bytes from `start` to `end`, copied. */
export function bulk(bytes: Uint8Array, start = 0, end = bytes.length): Encoded {
  const size = end - start;
  const header = headerOf(size);
  const encoded = new Uint8Array(header.length + size + 2);
  for (let index = 0; index < header.length; index += 1) {
    encoded[index] = header.charCodeAt(index);
  }
  copyInto(encoded, header.length, bytes, start, end);
  encoded[encoded.length - 2] = 0x0d;
  encoded[encoded.length - 1] = 0x0a;
  return new Encoded(encoded, header.length);
}

/** Up to this many bytes a loop is quicker than `set`, which is a call out of compiled code. */
const COPY_BY_LOOP = 32;

/** Copies the bytes from `start` to `end` to `target` at `to`. */
export function copyInto(
  target: Uint8Array,
  to: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const size = end - start;
  if (size > COPY_BY_LOOP) {
    target.set(bytes.subarray(start, end), to);
    return;
  }
  for (let index = 0; index < size; index += 1) target[to + index] = bytes[start + index]!;
}

export function latin1(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

/** The first lines of small bulk strings, made once. */
const HEADERS = Array.from({ length: 256 }, (_, size) => `$${size}\r\n`);

function headerOf(size: number): string {
  return HEADERS[size] ?? `$${size}\r\n`;
}
