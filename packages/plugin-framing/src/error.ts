import { GevError } from '@gev/core';

/** The codes that this package raises. Each has a heading in `docs/errors.md`. */
export type FramingErrorCode = 'ERR_GEV_HANDLER' | 'ERR_GEV_INVALID_OPTION' | 'ERR_GEV_PROTOCOL';

/** @param message what is wrong, the value, and what to do */
export function invalidOption(message: string): GevError<FramingErrorCode> {
  return new GevError('ERR_GEV_INVALID_OPTION', message);
}

/** For a message that cannot be packed: a mistake of whoever sends it, not of the peer. */
export function cannotPack(message: string): GevError<FramingErrorCode> {
  return new GevError('ERR_GEV_HANDLER', message);
}
