import type { Connection, GevError, Handler, Logger } from '@gev/core';
import { gevErrorOf } from './connection-errors.js';
import { tellError } from './diagnostics.js';

/** For callbacks of a connection that is ending already: what they throw can only be logged. */
export function contain<Out, Context>(
  logger: Logger,
  connection: Connection<Out, Context>,
  callback: () => void,
): void {
  try {
    callback();
  } catch (error) {
    tellError(error, connection);
    const fields = { connection: connection.id, err: gevErrorOf(error) };
    logger.error(fields, 'a handler threw while its connection ended');
  }
}

/**
 * Gives an error to `onError`; without one, or when `onClose` has run (`over`), an error of our own
 * side goes to the log.
 */
export function report<In, Out, Context>(
  group: { readonly handler: Handler<In, Out, Context>; readonly logger: Logger },
  connection: Connection<Out, Context>,
  error: GevError,
  over: boolean,
): void {
  const { handler, logger } = group;
  tellError(error, connection);
  if (handler.onError && !over) {
    contain(logger, connection, () => handler.onError?.(connection, error));
  } else if (error.code === 'ERR_GEV_HANDLER') {
    const fields = { connection: connection.id, err: error };
    logger.error(fields, 'a handler threw and there is no onError');
  }
}
