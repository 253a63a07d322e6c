import type { Logger } from '@gev/core';
import { fromPlain, type PlainError, toClone, toPlain } from './plain-error.js';
import type { FromThread } from './thread-messages.js';

type LogMessage = Extract<FromThread, { kind: 'log' }>;

/** A logger whose lines are written by the server's thread, where the user's logger is. */
export function threadLogger(post: (message: LogMessage) => void): Logger {
  const at = (level: keyof Logger) => (fields: object, message: string) =>
    post({ kind: 'log', level, message, ...asData(fields) });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Writes what a thread logged; its errors are errors again, for loggers that treat them so. */
export function writeLog(logger: Logger, { level, fields, errors, message }: LogMessage): void {
  const made = Object.entries(errors).map(([name, error]) => [name, fromPlain(error)]);
  logger[level]({ ...fields, ...Object.fromEntries(made) }, message);
}

/** Errors apart: a clone of one has lost its code. */
function asData(fields: object): Pick<LogMessage, 'fields' | 'errors'> {
  const plain: Record<string, unknown> = {};
  const errors: Record<string, PlainError> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value instanceof Error) errors[name] = toPlain(value);
    else plain[name] = toClone(value);
  }
  return { fields: plain, errors };
}
