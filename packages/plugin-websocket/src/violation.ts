import { type GevError, isGevError, protocolError } from '@gev/core';

/** What the `cause` of a {@link violation} is. */
export interface ViolationCause {
  /** The code that the peer is told. */
  readonly closeCode: number;
}

/** The error for a peer that broke RFC 6455 or a limit: closes with `closeCode`. */
export function violation(closeCode: number, message: string): GevError<'ERR_GEV_PROTOCOL'> {
  const cause: ViolationCause = { closeCode };
  return protocolError(`the peer sent ${message}`, cause);
}

/** The code to close with for something thrown; undefined when no peer is at fault. */
export function closeCodeOf(error: unknown): number | undefined {
  if (!isGevError(error) || error.code !== 'ERR_GEV_PROTOCOL') return undefined;
  return (error.cause as ViolationCause | undefined)?.closeCode;
}
