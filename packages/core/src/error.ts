/**
 * Codes that any package of the family may raise. Packages add their own union and write
 * `GevError<TheirCode>`. Every code has a heading in `docs/errors.md`.
 */
export type CoreErrorCode =
  | 'ERR_GEV_INVALID_ADDRESS'
  | 'ERR_GEV_INVALID_OPTION'
  | 'ERR_GEV_ADDRESS_IN_USE'
  | 'ERR_GEV_ADDRESS_NOT_AVAILABLE'
  | 'ERR_GEV_ACCESS'
  | 'ERR_GEV_CLOSED'
  | 'ERR_GEV_HANDLER'
  | 'ERR_GEV_INPUT_LIMIT'
  | 'ERR_GEV_IO'
  | 'ERR_GEV_METRICS_FULL'
  | 'ERR_GEV_OUTPUT_LIMIT'
  | 'ERR_GEV_POLLER_STATE'
  | 'ERR_GEV_PROTOCOL'
  | 'ERR_GEV_UNSUPPORTED';

/** What the operating system said, for errors that began as a failed system call. */
export interface SystemFailure {
  /** Symbolic name, such as `EADDRINUSE`. */
  readonly errno: string;
  /** The call that failed, such as `bind`. */
  readonly syscall: string;
}

/**
 * The one error class of the family.
 *
 * `code` is stable and meant to be compared; `message` says what happened, the offending value
 * and what to do; `cause` is what lies beneath (a {@link SystemFailure} or another error).
 */
export class GevError<Code extends string = string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'GevError';
    this.code = code;
  }
}

/** Tells whether `error` is a {@link GevError}, also one made by another copy of this package. */
export function isGevError(error: unknown): error is GevError {
  return (
    error instanceof Error &&
    error.name === 'GevError' &&
    'code' in error &&
    typeof error.code === 'string'
  );
}

const MORE_FILES =
  'no descriptor is left: raise the limit of open files (ulimit -n), and keep maxConnections below it';

const NO_WAY = 'no answer comes from there: look at routes and firewalls, and at the address';

const ADVICE: Readonly<Record<string, readonly [CoreErrorCode, string]>> = {
  EADDRINUSE: [
    'ERR_GEV_ADDRESS_IN_USE',
    'another process (or this one) listens there: choose another port, or port 0 for any free one',
  ],
  EADDRNOTAVAIL: [
    'ERR_GEV_ADDRESS_NOT_AVAILABLE',
    'no interface of this machine has that address: listen on one that it has, or on 0.0.0.0 or [::]',
  ],
  EACCES: [
    'ERR_GEV_ACCESS',
    'the process lacks the permission: ports below 1024 need a privilege, a unix path a writable folder',
  ],
  ECONNREFUSED: ['ERR_GEV_IO', 'nobody listens there: start who should, or correct the address'],
  EHOSTUNREACH: ['ERR_GEV_IO', NO_WAY],
  ENETUNREACH: ['ERR_GEV_IO', NO_WAY],
  ETIMEDOUT: ['ERR_GEV_IO', NO_WAY],
  EMFILE: ['ERR_GEV_IO', MORE_FILES],
  ENFILE: ['ERR_GEV_IO', `${MORE_FILES}; of the whole machine it is fs.file-max`],
  ENOBUFS: [
    'ERR_GEV_IO',
    'memory for sockets, or handles, are used up: see tcp_mem and maxHandles',
  ],
  ENOENT: ['ERR_GEV_IO', 'the folder of the unix path does not exist: make it first'],
  ENOTDIR: ['ERR_GEV_IO', 'a part of the unix path is no folder: choose another path'],
  EPERM: [
    'ERR_GEV_ACCESS',
    'the process lacks the permission: ask the administrator or choose another address',
  ],
};

/**
 * Turns a failed system call into a {@link GevError} with a code and advice.
 *
 * @param errno symbolic name, such as `EADDRINUSE`
 * @param syscall the call that failed, such as `listen`
 * @param what the value it failed on, such as `tcp://127.0.0.1:80`
 */
export function systemError(errno: string, syscall: string, what: string): GevError<CoreErrorCode> {
  const [code, advice] = ADVICE[errno] ?? ['ERR_GEV_IO', 'see the manual page of the call'];
  const cause: SystemFailure = { errno, syscall };
  return new GevError(code, `${syscall} ${what} failed with ${errno}: ${advice}`, { cause });
}
