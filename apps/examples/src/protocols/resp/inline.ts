import type { Request } from './request.js';

/**
 * Finds the words of a line that ends at `end`, where they are. False, with some of them found, when
 * there is a quote in it.
 */
export function splitWords(bytes: Uint8Array, end: number, words: Request): boolean {
  let start = -1;
  for (let at = 0; at < end; at += 1) {
    const byte = bytes[at]!;
    if (byte === QUOTE || byte === APOSTROPHE) return false;
    if (!isSpace(byte)) {
      if (start === -1) start = at;
    } else if (start !== -1) {
      words.push(start, at);
      start = -1;
    }
  }
  if (start !== -1) words.push(start, end);
  return true;
}

/** Argument by argument, the bytes that a line stands for; undefined when its quotes are not closed. */
export function splitQuoted(line: Uint8Array): number[][] | undefined {
  const parts: number[][] = [];
  let at = 0;
  for (;;) {
    while (at < line.length && isSpace(line[at]!)) at += 1;
    if (at === line.length) return parts;
    const part: number[] = [];
    const end = readPart(line, at, part);
    if (end === undefined) return undefined;
    parts.push(part);
    at = end;
  }
}

/** Reads one argument, in which quoted stretches may stand, and returns where it ends. */
function readPart(line: Uint8Array, from: number, part: number[]): number | undefined {
  let at = from;
  while (at < line.length && !isSpace(line[at]!)) {
    const byte = line[at]!;
    if (byte !== QUOTE && byte !== APOSTROPHE) {
      part.push(byte);
      at += 1;
      continue;
    }
    const end = byte === QUOTE ? readQuoted(line, at + 1, part) : readLiteral(line, at + 1, part);
    // A closing quote ends the argument.
    const closed = end !== undefined && (end === line.length || isSpace(line[end]!));
    return closed ? end : undefined;
  }
  return at;
}

/** Inside "...": \n, \r, \t, \b, \a and \xHH are bytes, any other escaped one is itself. */
function readQuoted(line: Uint8Array, from: number, part: number[]): number | undefined {
  for (let at = from; at < line.length; at += 1) {
    const byte = line[at]!;
    if (byte === QUOTE) return at + 1;
    if (byte !== BACKSLASH || at + 1 === line.length) {
      part.push(byte);
      continue;
    }
    const hex = hexAt(line, at + 1);
    if (hex === undefined) {
      at += 1;
      part.push(ESCAPES.get(line[at]!) ?? line[at]!);
    } else {
      at += 3;
      part.push(hex);
    }
  }
  return undefined;
}

/** Inside '...' only \' is an escape. */
function readLiteral(line: Uint8Array, from: number, part: number[]): number | undefined {
  for (let at = from; at < line.length; at += 1) {
    if (line[at] === APOSTROPHE) return at + 1;
    if (line[at] === BACKSLASH && line[at + 1] === APOSTROPHE) at += 1;
    part.push(line[at]!);
  }
  return undefined;
}

/** The byte that `xHH` stands for. */
function hexAt(line: Uint8Array, at: number): number | undefined {
  const digits = String.fromCharCode(...line.subarray(at, at + 3));
  return /^x[0-9a-f]{2}$/i.test(digits) ? Number.parseInt(digits.slice(1), 16) : undefined;
}

/** As isspace(3) has it. */
function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const BACKSLASH = 0x5c;

const ESCAPES: ReadonlyMap<number, number> = new Map(
  Object.entries({ n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' }).map(
    ([letter, character]) => [letter.charCodeAt(0), character.charCodeAt(0)] as const,
  ),
);
