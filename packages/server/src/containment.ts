import type { Connection, GevError, Handler, Logger } from '@gev/core';

/** For callbacks of a connection that is ending already: what they throw can only be logged. */
export function contain(logger: Logger, connection: number, callback: () => void): void {
  try {
    callback();
  } catch (error) {
    logFault(logger, connection, error, 'a handler threw while its connection ended');
  }
}

/**
 * Logs what a callback threw. A logger that throws itself must not keep `onClose` from being called:
 * the process hears of that by 'uncaughtException'.
 */
export function logFault(
  logger: Logger,
  connection: number,
  error: unknown,
  message: string,
): void {
  try {
    logger.error({ connection, error }, message);
  } catch (second) {
    setImmediate(() => {
      throw second;
    });
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
  if (handler.onError && !over) {
    contain(logger, connection.id, () => handler.onError?.(connection, error));
  } else if (error.code === 'ERR_GEV_HANDLER') {
    logFault(logger, connection.id, error, 'a handler threw and there is no onError');
  }
}
