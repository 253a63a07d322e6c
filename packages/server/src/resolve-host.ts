import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type Address, GevError } from '@gev/core';
import type { ServerErrorCode } from './error-codes.js';

/** Whether an address names its host by number, or has none. */
export function isLiteral(address: Address): boolean {
  return address.transport !== 'tcp' || isIP(address.host) !== 0 || address.host.includes('%');
}

/**
 * Replaces a host name by its first IP address, the way the operating system resolves it.
 *
 * @throws GevError (rejects with) `ERR_GEV_HOST_NOT_FOUND`
 */
export async function resolveHost(address: Address): Promise<Address> {
  if (address.transport !== 'tcp' || isLiteral(address)) return address;
  try {
    const { address: host } = await lookup(address.host);
    return { ...address, host };
  } catch (cause) {
    throw new GevError<ServerErrorCode>(
      'ERR_GEV_HOST_NOT_FOUND',
      `the host '${address.host}' has no address: check the name, or give an IP address`,
      { cause },
    );
  }
}
