const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** True for a token of RFC 9110, section 5.6.2. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** The elements of a comma-separated list; empty ones are passed over (RFC 9110, section 5.6.1). */
export function listOf(value: string | undefined): string[] {
  if (value === undefined) return [];
  return value
    .split(',')
    .map(trim)
    .filter((element) => element !== '');
}

/** True when the list holds the token, in any case. */
export function hasToken(value: string | undefined, token: string): boolean {
  return listOf(value).some((element) => element.toLowerCase() === token);
}

/**
 * Without the spaces and tabs around it: `trim()` would take more than HTTP allows, and a regular
 * expression takes the square of the time for a value with many spaces inside.
 */
export function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (start < end && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(character: number): boolean {
  return character === 0x20 || character === 0x09;
}
