/**
 * Why a connection ended, as told to `onClose`. The order is the order of the counters in shared
 * memory, so new reasons go to the end.
 */
export const CLOSE_REASONS = [
  /** The peer ended its side in order and nothing was left to send. */
  'peer-closed',
  /** The peer reset the connection, or vanished (ECONNRESET, EPIPE, ETIMEDOUT). */
  'peer-reset',
  /** `close()` was called here; everything accepted by `send` left first. */
  'local-closed',
  /** `destroy()` was called here; unsent bytes were dropped. */
  'local-destroyed',
  /** The server is stopping. */
  'server-closing',
  /** A handler threw, or returned what the protocol cannot pack. */
  'handler-error',
  /** The peer broke the protocol. */
  'protocol-error',
  /** The peer sent more than the input cap without completing a message. */
  'input-limit',
  /** The peer reads too slowly: unsent bytes passed the output cap. */
  'output-limit',
  /** Nothing moved for longer than the idle time-out. */
  'idle-timeout',
  /** An outbound connection could not be made. */
  'connect-failed',
  /** Another failure of the operating system; `onError` has its name. */
  'io-error',
  /** The loop that it lived in died: counted only, `onClose` cannot run in a thread that is gone. */
  'loop-failed',
] as const;

/** One of {@link CLOSE_REASONS}. */
export type CloseReason = (typeof CLOSE_REASONS)[number];

const PEER_VANISHED = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED']);

/** Names the reason for a socket that failed with `errno` (a symbolic name such as `EPIPE`). */
export function reasonOfErrno(errno: string): CloseReason {
  return PEER_VANISHED.has(errno) ? 'peer-reset' : 'io-error';
}
