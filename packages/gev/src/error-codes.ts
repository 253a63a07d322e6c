import type { ServerErrorCode } from '@gev/server';

/** Codes that this package may raise. Each has a heading in `docs/errors.md`. */
export type ErrorCode = ServerErrorCode | 'ERR_GEV_POLLER_UNAVAILABLE';
