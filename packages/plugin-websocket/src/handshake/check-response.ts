import { handshakeError } from '../error-codes.js';
import { acceptKeyOf } from './accept-key.js';
import type { ResponseHead } from './head.js';
import { hasToken } from './tokens.js';

/** What a server that refused said: the `cause` of ERR_GEV_HANDSHAKE. */
export interface Refusal {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
}

/**
 * Checks the answer to an opening handshake (RFC 6455, section 4.1) and returns the subprotocol,
 * empty for none. Extensions are not looked at.
 *
 * @throws GevError `ERR_GEV_HANDSHAKE`
 */
export function checkResponse(
  { status, headers }: ResponseHead,
  key: string,
  protocols: readonly string[],
): string {
  const refusal: Refusal = { status, headers };
  if (status !== 101) throw handshakeError(`the server answered ${status}`, refusal);
  if (headers.get('upgrade')?.toLowerCase() !== 'websocket') {
    throw handshakeError('the answer upgrades to something else', refusal);
  }
  if (!hasToken(headers.get('connection'), 'upgrade')) {
    throw handshakeError("the answer's Connection does not hold 'Upgrade'", refusal);
  }
  if (headers.get('sec-websocket-accept') !== acceptKeyOf(key)) {
    throw handshakeError('Sec-WebSocket-Accept does not fit the key', refusal);
  }
  const protocol = headers.get('sec-websocket-protocol');
  if (protocol !== undefined && !protocols.includes(protocol)) {
    throw handshakeError(`the server chose '${protocol}', which was not offered`, refusal);
  }
  return protocol ?? '';
}
