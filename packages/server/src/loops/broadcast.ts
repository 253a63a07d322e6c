import { type BroadcastFilter, type Connection, GevError, printable } from '@gev/core';
import type { ServerErrorCode } from '../error-codes.js';
import type { TcpConnection } from '../tcp-connection.js';

/** Tells whether a connection is among the receivers. */
export type Accepts<To> = (connection: To) => boolean;

/**
 * What a filter means, on the thread of the connections.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION` for what is no filter
 */
export function acceptsOf<To extends Connection<never, unknown>>(
  filter: BroadcastFilter | undefined,
): Accepts<To> {
  if (filter === undefined) return () => true;
  checkFilter(filter);
  const wanted = Object.entries(filter.where ?? {});
  return (to) => to.id !== filter.except && wanted.every(([key, value]) => to.get(key) === value);
}

/** @throws GevError `ERR_GEV_INVALID_OPTION` */
export function checkFilter(filter: unknown): void {
  if (typeof filter !== 'object' || filter === null) {
    throw invalid(
      `the filter is ${printable(filter)}: give { where, except }; a function cannot cross threads`,
    );
  }
  const unknown = Object.keys(filter).find((name) => name !== 'where' && name !== 'except');
  if (unknown === undefined) return;
  throw invalid(`the filter has no '${unknown}': give { where, except }`);
}

/**
 * Sends the same bytes to each as one message; they stand in the loop's output once, and what a turn
 * sends to one receiver leaves in one system call.
 */
export function shareWith<In, Out, Context>(
  receivers: readonly TcpConnection<In, Out, Context>[],
  bytes: Uint8Array,
): void {
  const outbox = receivers[0]?.outbox;
  if (outbox === undefined) return;
  const offset = outbox.share(bytes);
  if (offset < 0) {
    for (const to of receivers) if (to.sendable) to.sendPacked(bytes);
    return;
  }
  try {
    // Telling one of the others may have ended this one.
    for (const to of receivers) if (to.sendable) to.sendShared(offset, bytes.length);
  } finally {
    outbox.unshare();
  }
}

function invalid(message: string): GevError<ServerErrorCode> {
  return new GevError('ERR_GEV_INVALID_OPTION', message);
}
