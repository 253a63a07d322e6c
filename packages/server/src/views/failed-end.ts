import { type CloseReason, GevError } from '@gev/core';

/** Ends that are no failure to who reads: everything that was to come has come. */
const ORDERLY: ReadonlySet<CloseReason> = new Set([
  'peer-closed',
  'local-closed',
  'server-closing',
]);

/** What who reads a connection is told of its end: `ERR_GEV_CLOSED`, or undefined for an end in order. */
export function failedEnd(reason: CloseReason): GevError | undefined {
  if (ORDERLY.has(reason)) return undefined;
  return new GevError('ERR_GEV_CLOSED', `the connection ended: ${reason}`);
}
