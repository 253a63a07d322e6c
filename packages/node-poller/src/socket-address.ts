import { isIP, type Socket } from 'node:net';
import { type Address, formatAddress, GevError } from '@gev/core';

/** What getpeername(2) no longer tells about a socket that was reset before it was accepted. */
const UNKNOWN: Address = { transport: 'tcp', host: '0.0.0.0', port: 0 };

/** The two addresses of a connection. node:net forgets them when the socket closes. */
export interface Ends {
  readonly local: Address;
  readonly remote: Address;
}

/** The ends of a connected TCP socket. */
export function tcpEnds(socket: Socket): Ends {
  return {
    local: tcpAddress(socket.localAddress, socket.localPort),
    remote: tcpAddress(socket.remoteAddress, socket.remotePort),
  };
}

function tcpAddress(host: string | undefined, port: number | undefined): Address {
  return host === undefined ? UNKNOWN : { transport: 'tcp', host, port: port ?? 0 };
}

/**
 * Refuses what a poller cannot take: a host name, or a unix path where there are none.
 *
 * @throws GevError `ERR_GEV_UNSUPPORTED`
 */
export function checkAddress(address: Address, unixSockets: boolean): void {
  if (address.transport === 'tcp' && isIP(address.host) !== 0) return;
  if (address.transport === 'unix' && unixSockets) return;
  const why =
    address.transport === 'tcp'
      ? 'its host is a name: look it up first, a poller takes IP literals'
      : 'unix sockets do not exist on this platform: use tcp://127.0.0.1:PORT';
  throw new GevError('ERR_GEV_UNSUPPORTED', `'${formatAddress(address)}' cannot be used: ${why}`);
}
