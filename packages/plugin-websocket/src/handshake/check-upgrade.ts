import { isKey } from './accept-key.js';
import type { RequestHead } from './head.js';
import { HttpError } from './http-error.js';
import { hasToken, isToken, listOf } from './tokens.js';

/**
 * True when the request wants to become a WebSocket, rightly or not. What HTTP/1.0 says of it does not
 * count (RFC 9110, section 7.8).
 */
export function wantsUpgrade({ headers, isOld }: RequestHead): boolean {
  return !isOld && hasToken(headers.get('upgrade'), 'websocket');
}

/**
 * Checks an opening handshake (RFC 6455, section 4.2.1) and returns its key.
 *
 * @throws HttpError 400, 405 or 426
 */
export function checkUpgrade({ method, headers }: RequestHead): string {
  if (method !== 'GET') throw new HttpError(405, 'an upgrade is a GET', { Allow: 'GET' });
  if (!hasToken(headers.get('connection'), 'upgrade')) {
    throw new HttpError(400, "Connection does not hold 'Upgrade'");
  }
  if (hasBody(headers)) throw new HttpError(400, 'an upgrade has no body');
  if (headers.get('sec-websocket-version') !== '13') {
    throw new HttpError(426, 'only version 13 of the WebSocket protocol is spoken here', {
      'Sec-WebSocket-Version': '13',
      Upgrade: 'websocket',
    });
  }
  const key = headers.get('sec-websocket-key');
  if (!isKey(key)) throw new HttpError(400, 'Sec-WebSocket-Key is not 16 bytes in base64');
  const protocols = listOf(headers.get('sec-websocket-protocol'));
  if (!protocols.every(isToken) || new Set(protocols).size < protocols.length) {
    throw new HttpError(400, 'Sec-WebSocket-Protocol holds what is no token, or one twice');
  }
  return key;
}

/** True when bytes of a body follow the head. */
export function hasBody(headers: RequestHead['headers']): boolean {
  return headers.has('transfer-encoding') || (headers.get('content-length') ?? '0') !== '0';
}
