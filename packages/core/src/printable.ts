import { inspect } from 'node:util';

/** Characters of a value that a message shows: it is to be recognised, not to be read. */
const LONGEST = 120;

const BRIEF = {
  depth: 0,
  breakLength: Number.POSITIVE_INFINITY,
  maxStringLength: LONGEST,
} as const;

/**
 * A value as messages show it: on one line, strings in quotes, at most 120 characters. Never throws, so
 * that an object without a prototype, which String() throws on, cannot take the place of an error.
 *
 * @example
 * printable('auto'); // "'auto'"
 * printable(Object.create(null)); // '[Object: null prototype] {}'
 */
export function printable(value: unknown): string {
  try {
    const text = inspect(value, BRIEF).replaceAll(/\s*\n\s*/g, ' ');
    return text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text;
  } catch {
    return `a value of type ${typeof value} that cannot be printed`;
  }
}

/** What something thrown says: an error's message, or whatever else it is. Never throws. */
export function messageOf(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return String(thrown.message);
  } catch {
    // A proxy, or a message that is a getter: printed as any other value.
  }
  return typeof thrown === 'string' ? thrown : printable(thrown);
}
