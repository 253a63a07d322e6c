import type { Logger } from '@gev/core';

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
