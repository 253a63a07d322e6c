import { type Address, GevError, parseAddress, printable } from '@gev/core';

/** Where and how the metrics are shown. */
export interface MetricsServerOptions {
  /**
   * `tcp://HOST:PORT`, `unix:///PATH`, or `:PORT` for the loopback of this machine. Default `:9091`.
   * The page and the metrics are open to whoever reaches the address.
   */
  readonly address?: string;
  /** The path of the metrics. Default `/metrics`. */
  readonly path?: string;
}

export interface CheckedOptions {
  readonly address: Address;
  readonly path: string;
}

const NAMES = ['address', 'path'];

/** Paths of the dashboard. */
const TAKEN = /^\/($|feed$|feed\/live$|assets(\/|$))/;

/** @throws GevError `ERR_GEV_INVALID_OPTION`, `ERR_GEV_INVALID_ADDRESS` */
export function checkOptions(options: MetricsServerOptions): CheckedOptions {
  if (typeof options !== 'object' || options === null) {
    throw invalid("the options are no object: give one such as { address: ':9091' }");
  }
  const unknown = Object.keys(options).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) {
    throw invalid(`there is no option '${unknown}': the options are ${NAMES.join(', ')}`);
  }
  const { address = ':9091', path = '/metrics' } = options;
  if (typeof path !== 'string' || !/^\/[^?#\s]*$/.test(path) || TAKEN.test(path)) {
    throw invalid(
      `path is ${printable(path)}: give one such as '/metrics', and none of the page's: /, /feed, /assets`,
    );
  }
  return { address: parseAddress(withHost(address)), path };
}

/** `:9091` is short for the loopback: what is open to everybody has to be said. */
function withHost(address: string): string {
  return typeof address === 'string' && /^:\d+$/.test(address)
    ? `tcp://127.0.0.1${address}`
    : address;
}

function invalid(message: string): GevError {
  return new GevError('ERR_GEV_INVALID_OPTION', message);
}
