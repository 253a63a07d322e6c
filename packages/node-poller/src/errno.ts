import { constants } from 'node:os';

const numbers: Readonly<Record<string, number>> = constants.errno;

/** Node's own codes for what a socket call would answer with an errno. */
const STREAM_CODES: Readonly<Record<string, string>> = {
  ERR_STREAM_DESTROYED: 'EPIPE',
  ERR_STREAM_WRITE_AFTER_END: 'EPIPE',
  ERR_STREAM_PREMATURE_CLOSE: 'ECONNRESET',
  ERR_SOCKET_CLOSED: 'EPIPE',
};

/** The positive errno of an error that node:net raised; EIO for one that has none. */
export function errnoOf(error: NodeJS.ErrnoException): number {
  const code = error.code ?? '';
  // libuv's numbers are its own on Windows, so the name counts first.
  const byName = numbers[STREAM_CODES[code] ?? code];
  if (byName !== undefined) return byName;
  return error.errno ? Math.abs(error.errno) : constants.errno.EIO;
}
