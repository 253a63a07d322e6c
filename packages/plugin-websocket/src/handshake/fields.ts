import { invalidOption } from '../error-codes.js';
import { isToken } from './tokens.js';

/** Header fields to be sent; those with several values, such as Set-Cookie, stand there once for each. */
export type HeaderFields = Readonly<Record<string, string | readonly string[]>>;

// Anything else could end the line and begin another one.
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Lines of header fields that a user gave.
 *
 * @param own names in lower case that are not the user's
 * @throws GevError `ERR_GEV_INVALID_OPTION`
 */
export function fieldLines(headers: HeaderFields, own: ReadonlySet<string>): string {
  if (typeof headers !== 'object' || headers === null) {
    throw invalidOption('headers', headers, 'an object such as { cookie: "a=1" }');
  }
  return Object.entries(headers)
    .flatMap(([name, values]) => {
      if (!isToken(name) || own.has(name.toLowerCase())) {
        throw invalidOption('the name of a header', name, 'a token, and none that is set for you');
      }
      return [values].flat().map((value) => fieldLine(name, value));
    })
    .join('');
}

function fieldLine(name: string, value: string): string {
  if (typeof value === 'string' && VALUE.test(value)) return `${name}: ${value}\r\n`;
  throw invalidOption(`the header ${name}`, value, 'printable characters of latin1');
}
