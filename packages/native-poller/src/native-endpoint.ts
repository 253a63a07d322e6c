import { isIP } from 'node:net';
import {
  type Address,
  formatAddress,
  GevError,
  type ListenOptions,
  printable,
  type SocketOptions,
} from '@gev/core';
import type { NativePollerErrorCode } from './error-codes.js';
import type { NativeEndpoint, NativeListenOptions, NativeSocketOptions } from './native-binding.js';

const DEFAULT_BACKLOG = 4096;
const MAX_INTEGER = 2 ** 31 - 1;

/**
 * Checks an address and gives it the addon's shape.
 *
 * @throws GevError `ERR_GEV_UNSUPPORTED` for a host that is no IP literal, `ERR_GEV_INVALID_OPTION`
 */
export function nativeEndpoint(address: Address): NativeEndpoint {
  if (address.transport === 'unix') {
    if (address.path !== '') return { path: address.path, host: '', port: 0 };
    throw invalid('a unix address needs a path');
  }
  const { host, port } = address;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw invalid(`port is ${printable(port)}: give a whole number from 0 to 65535`);
  }
  if (isIP(host) === 0) {
    throw new GevError<NativePollerErrorCode>(
      'ERR_GEV_UNSUPPORTED',
      `the host of ${formatAddress(address)} is no IP literal: resolve the name first`,
    );
  }
  return { path: '', host, port };
}

/** @throws GevError `ERR_GEV_INVALID_OPTION` */
export function nativeSocketOptions(options: SocketOptions): NativeSocketOptions {
  return {
    noDelay: flag('noDelay', options.noDelay, true),
    keepAlive: size('keepAlive', options.keepAlive, 0, 0),
    sendBufferSize: size('sendBufferSize', options.sendBufferSize, 0, 0),
    receiveBufferSize: size('receiveBufferSize', options.receiveBufferSize, 0, 0),
  };
}

/** @throws GevError `ERR_GEV_INVALID_OPTION` */
export function nativeListenOptions(options: ListenOptions): NativeListenOptions {
  return {
    ...nativeSocketOptions(options),
    backlog: size('backlog', options.backlog, DEFAULT_BACKLOG, 1),
    reusePort: flag('reusePort', options.reusePort, false),
    ipv6Only: flag('ipv6Only', options.ipv6Only, false),
  };
}

function flag(name: string, value: boolean | undefined, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value === 'boolean') return value;
  throw invalid(`${name} is ${printable(value)}: give true or false`);
}

function size(name: string, value: number | undefined, fallback: number, least: number): number {
  if (value === undefined) return fallback;
  if (Number.isInteger(value) && value >= least && value <= MAX_INTEGER) return value;
  throw invalid(
    `${name} is ${printable(value)}: give a whole number from ${least} to ${MAX_INTEGER}`,
  );
}

function invalid(message: string): GevError<NativePollerErrorCode> {
  return new GevError('ERR_GEV_INVALID_OPTION', message);
}
