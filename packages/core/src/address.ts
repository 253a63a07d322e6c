import { GevError } from './error.js';
import { printable } from './printable.js';

/** A TCP end: `host` is a name or a literal without brackets, `port` 0 to 65535 (0: any free one). */
export interface TcpAddress {
  readonly transport: 'tcp';
  readonly host: string;
  readonly port: number;
}

/** A unix-domain stream socket. `path` is empty for the unnamed end of a client. */
export interface UnixAddress {
  readonly transport: 'unix';
  readonly path: string;
}

/** Where to listen or connect, or who is at the other end. */
export type Address = TcpAddress | UnixAddress;

/** Bytes of `sun_path` less its closing zero: 108 on Linux, 104 on macOS and BSD (unix(7), unix(4)). */
const MAX_UNIX_PATH = 103;

/**
 * Reads `tcp://HOST:PORT`, `tcp://[IPv6]:PORT` or `unix:///PATH`.
 *
 * @throws GevError `ERR_GEV_INVALID_ADDRESS`
 */
export function parseAddress(text: string): Address {
  if (typeof text !== 'string') throw invalid(text, 'it is not a string');
  if (text.startsWith('tcp://')) return parseTcp(text);
  if (text.startsWith('unix://')) return parseUnix(text);
  throw invalid(text, 'it has neither the scheme tcp:// nor unix://');
}

/** Writes an address the way {@link parseAddress} reads it. */
export function formatAddress(address: Address): string {
  if (address.transport === 'unix') return `unix://${address.path}`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `tcp://${host}:${address.port}`;
}

function parseTcp(text: string): TcpAddress {
  const parts = /^tcp:\/\/(?:\[([^\]]*:[^\]]*)\]|([^:/[\]]+)):(\d{1,5})\/?$/.exec(text);
  if (!parts) throw invalid(text, 'it is not of the form tcp://HOST:PORT');
  const host = parts[1] ?? parts[2] ?? '';
  const port = Number(parts[3]);
  if (port > 65_535) throw invalid(text, 'a port is at most 65535');
  return { transport: 'tcp', host, port };
}

function parseUnix(text: string): UnixAddress {
  const path = text.slice('unix://'.length);
  if (!path.startsWith('/')) throw invalid(text, 'a unix path must be absolute');
  if (path.includes('\0')) throw invalid(text, 'a unix path holds no zero byte');
  const size = new TextEncoder().encode(path).length;
  if (size > MAX_UNIX_PATH) throw invalid(text, `a unix path has at most ${MAX_UNIX_PATH} bytes`);
  return { transport: 'unix', path };
}

function invalid(text: unknown, why: string): GevError<'ERR_GEV_INVALID_ADDRESS'> {
  return new GevError(
    'ERR_GEV_INVALID_ADDRESS',
    `${printable(text)} is no address: ${why}. ` +
      'Write tcp://127.0.0.1:1833, tcp://[::1]:1833 or unix:///run/name.sock',
  );
}
