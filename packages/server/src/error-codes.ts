import type { CoreErrorCode } from '@gev/core';

/** Codes that the server may raise. Each has a heading in `docs/errors.md`. */
export type ServerErrorCode =
  | CoreErrorCode
  | 'ERR_GEV_ABORTED'
  | 'ERR_GEV_CONNECT'
  | 'ERR_GEV_CONNECT_TIMEOUT'
  | 'ERR_GEV_HANDLER_MODULE'
  | 'ERR_GEV_HOST_NOT_FOUND'
  | 'ERR_GEV_SERVER_STATE';
