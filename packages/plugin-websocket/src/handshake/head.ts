import { HttpError } from './http-error.js';
import { isToken, trim } from './tokens.js';

/**
 * Header fields by their names in lower case. What comes twice is joined by `, `; cookies by `; `; and
 * Set-Cookie, whose values hold commas, by line feeds, which no value holds.
 */
export type Headers = ReadonlyMap<string, string>;

/** The first line of a request and its fields. */
export interface RequestHead {
  readonly method: string;
  /** As it stands in the request line, such as `/chat?room=1`. */
  readonly target: string;
  /** HTTP/1.0: it cannot upgrade, and its connection ends with the answer. */
  readonly isOld: boolean;
  readonly headers: Headers;
}

/** The first line of a response and its fields. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Headers;
}

// What may stand in a value: no control characters but the tab (RFC 9110, section 5.5).
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
// RFC 9112, section 3.2: a path, a whole URL, or the asterisk of OPTIONS.
const TARGET = /^(?:\*$|\/|[A-Za-z][A-Za-z0-9+.-]*:\/\/)[\x21-\x7e\x80-\xff]*$/;
const STATUS_LINE = /^HTTP\/1\.1 ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;

/** @throws HttpError 400 or 505 */
export function parseRequestHead(head: string): RequestHead {
  const [first = '', ...lines] = head.split('\r\n');
  const [method = '', target = '', version = '', ...rest] = first.split(' ');
  if (rest.length > 0 || !isToken(method) || !TARGET.test(target)) {
    throw new HttpError(400, 'the request line is not of the form METHOD TARGET HTTP/1.1');
  }
  if (!/^HTTP\/\d\.\d$/.test(version)) throw new HttpError(400, 'this is not HTTP');
  const isOld = version === 'HTTP/1.0';
  if (!isOld && version !== 'HTTP/1.1') {
    throw new HttpError(505, `${version} is not supported: use HTTP/1.1`);
  }
  const headers = parseFields(lines);
  // Exactly one (RFC 9112, section 3.2), which HTTP/1.0 did not know yet; two were joined by a comma,
  // which no host has.
  const host = headers.get('host') ?? (isOld ? '' : ',');
  if (host.includes(',')) throw new HttpError(400, 'there is no one Host');
  return { method, target, isOld, headers };
}

/** @throws HttpError when it is no HTTP/1.1 response */
export function parseResponseHead(head: string): ResponseHead {
  const [first = '', ...lines] = head.split('\r\n');
  const status = STATUS_LINE.exec(first)?.[1];
  if (status === undefined) throw new HttpError(400, `'${first}' is no status line of HTTP/1.1`);
  return { status: Number(status), headers: parseFields(lines) };
}

const SEPARATORS: ReadonlyMap<string, string> = new Map([
  ['cookie', '; '],
  ['set-cookie', '\n'],
]);

function parseFields(lines: readonly string[]): Headers {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0));
    const value = trim(line.slice(colon + 1));
    // A name with a space behind it, or a line that continues the last one, smuggles (RFC 9112, 5.1).
    if (!isToken(name) || !VALUE.test(value))
      throw new HttpError(400, 'a header line is malformed');
    const key = name.toLowerCase();
    const before = headers.get(key);
    const separator = SEPARATORS.get(key) ?? ', ';
    headers.set(key, before === undefined ? value : `${before}${separator}${value}`);
  }
  return headers;
}
