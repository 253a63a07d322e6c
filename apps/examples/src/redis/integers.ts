import type { Request } from '../protocols/resp/request.js';
import { Refusal } from './command.js';

/** Redis counts in signed 64-bit integers. */
export const LARGEST = 2n ** 63n - 1n;
export const SMALLEST = -(2n ** 63n);

/** So many digits are always a safe number. */
const SAFE_DIGITS = 15;

/**
 * The integer that bytes spell, as Redis spells them: no sign but a minus, no leading zeros, nothing
 * beside the digits. Undefined when they do not, or when it has no place in 64 bits.
 */
export function parseInteger(
  bytes: Uint8Array,
  start: number,
  end: number,
): number | bigint | undefined {
  const negative = bytes[start] === 0x2d;
  const first = negative ? start + 1 : start;
  const digits = end - first;
  if (digits < 1 || (bytes[first] === 0x30 && (digits > 1 || negative))) return undefined;
  if (digits > SAFE_DIGITS) return parseLarge(bytes, start, end);
  let value = 0;
  for (let at = first; at < end; at += 1) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}

/** An argument that has to be an integer. @throws Refusal */
export function integerArgument(
  request: Request,
  index: number,
  text = 'ERR value is not an integer or out of range',
): number | bigint {
  const { bytes, starts, ends } = request;
  const value = parseInteger(bytes, starts[index]!, ends[index]!);
  if (value === undefined) throw new Refusal(text);
  return value;
}

/** The sum, as a number where that is exact; undefined when it has no place in 64 bits. */
export function addIntegers(a: number | bigint, b: number | bigint): number | bigint | undefined {
  if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(a + b)) return a + b;
  const sum = BigInt(a) + BigInt(b);
  return sum >= SMALLEST && sum <= LARGEST ? sum : undefined;
}

function parseLarge(bytes: Uint8Array, start: number, end: number): bigint | undefined {
  // The longest has 20 characters.
  if (end - start > 20) return undefined;
  const text = String.fromCharCode(...bytes.subarray(start, end));
  if (!/^-?\d+$/.test(text)) return undefined;
  const value = BigInt(text);
  return value >= SMALLEST && value <= LARGEST ? value : undefined;
}
