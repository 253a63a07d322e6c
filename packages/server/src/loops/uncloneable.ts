import { GevError, messageOf } from '@gev/core';
import type { ServerErrorCode } from '../error-codes.js';

/** For the option `data`, where it cannot be cloned; `cause` says why. */
export function uncloneable(cause: unknown): GevError<ServerErrorCode> {
  const why = messageOf(cause);
  return new GevError(
    'ERR_GEV_INVALID_OPTION',
    `the option data cannot go to another thread: ${why} Give data without functions`,
    { cause },
  );
}
