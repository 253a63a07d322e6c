import { STATUS_CODES } from 'node:http';
import { invalidOption } from '../error-codes.js';
import { fieldLines, type HeaderFields } from './fields.js';

/** An answer to a request that becomes no WebSocket. */
export interface HttpReply {
  readonly status: number;
  readonly headers?: HeaderFields;
  /** Text is sent as UTF-8. */
  readonly body?: string | Uint8Array;
}

/** What of a reply depends on the request. */
export interface ReplyFrame {
  /** The connection stays open for the next request. */
  readonly keepAlive: boolean;
  /** The request was a HEAD: the body is told of, not sent. */
  readonly withoutBody: boolean;
}

// Fields that this package writes itself.
const OWN = new Set(['connection', 'content-length', 'transfer-encoding', 'date']);
const OWN_OF_UPGRADE = new Set([
  'connection',
  'upgrade',
  'sec-websocket-accept',
  'sec-websocket-extensions',
  'sec-websocket-protocol',
]);

/**
 * The bytes of a reply.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION` for a status or a header that cannot be sent
 */
export function writeReply(reply: HttpReply, { keepAlive, withoutBody }: ReplyFrame): Uint8Array {
  const { status, headers = {}, body = '' } = reply;
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw invalidOption('the status of a reply', status, 'a number from 200 to 599');
  }
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : Buffer.from(body);
  // A 204 and a 304 have neither a body nor a length (RFC 9110, sections 15.3.5 and 15.4.5).
  const hasNone = status === 204 || status === 304;
  const fields: Record<string, string> = {};
  if (!hasNone && typeof body === 'string' && body !== '' && !hasName(headers, 'content-type')) {
    fields['Content-Type'] = 'text/plain; charset=utf-8';
  }
  if (!hasNone) fields['Content-Length'] = String(bytes.length);
  const asked = Object.entries(headers).find(([name]) => name.toLowerCase() === 'upgrade');
  const tokens = [keepAlive ? 'keep-alive' : 'close', ...(asked ? ['Upgrade'] : [])];
  fields['Connection'] = tokens.join(', ');
  fields['Date'] = new Date().toUTCString();
  const head = headOf(status, headers, OWN, fields);
  return withoutBody || hasNone ? head : Buffer.concat([head, bytes]);
}

/**
 * The bytes of a 101.
 *
 * @param headers more of them
 * @throws GevError `ERR_GEV_INVALID_OPTION` for a header that cannot be sent
 */
export function writeUpgrade(
  accept: string,
  protocol: string,
  extensions: string,
  headers: HeaderFields = {},
): Uint8Array {
  return headOf(101, headers, OWN_OF_UPGRADE, {
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Accept': accept,
    ...(protocol === '' ? {} : { 'Sec-WebSocket-Protocol': protocol }),
    ...(extensions === '' ? {} : { 'Sec-WebSocket-Extensions': extensions }),
  });
}

function headOf(
  status: number,
  headers: HeaderFields,
  own: ReadonlySet<string>,
  fields: HeaderFields,
): Buffer {
  const line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n`;
  const lines = fieldLines(headers, own) + fieldLines(fields, new Set());
  return Buffer.from(`${line}${lines}\r\n`, 'latin1');
}

function hasName(headers: HeaderFields, wanted: string): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === wanted);
}
