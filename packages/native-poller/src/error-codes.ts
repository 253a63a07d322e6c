import type { CoreErrorCode } from '@gev/core';

/** Codes that this package raises. */
export type NativePollerErrorCode =
  | Extract<
      CoreErrorCode,
      | 'ERR_GEV_ACCESS'
      | 'ERR_GEV_ADDRESS_IN_USE'
      | 'ERR_GEV_ADDRESS_NOT_AVAILABLE'
      | 'ERR_GEV_CLOSED'
      | 'ERR_GEV_INVALID_OPTION'
      | 'ERR_GEV_IO'
      | 'ERR_GEV_POLLER_STATE'
      | 'ERR_GEV_UNSUPPORTED'
    >
  | 'ERR_GEV_NATIVE_LOAD';
