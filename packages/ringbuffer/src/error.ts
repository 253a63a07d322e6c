import { GevError, printable } from '@gev/core';

/** The codes that this package raises. Each has a heading in `docs/errors.md`. */
export type RingBufferErrorCode = 'ERR_GEV_BUFFER_LIMIT' | 'ERR_GEV_INVALID_OPTION';

export function bufferLimit(needed: number, most: number): GevError<RingBufferErrorCode> {
  return new GevError(
    'ERR_GEV_BUFFER_LIMIT',
    `${needed} bytes do not fit: maxCapacity is ${most}; read before writing more, or raise it`,
  );
}

/** @param allowed what would have been right, such as `a whole number from 1 on` */
export function invalidOption(
  name: string,
  value: unknown,
  allowed: string,
): GevError<RingBufferErrorCode> {
  return new GevError('ERR_GEV_INVALID_OPTION', `${name} is ${printable(value)}: give ${allowed}`);
}
