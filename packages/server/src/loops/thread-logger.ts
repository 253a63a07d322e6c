import { inspect } from 'node:util';
import type { Logger } from '@gev/core';
import { type FromThread, toPlain } from './thread-messages.js';

/** A logger whose lines are written by the server's thread, where the user's logger is. */
export function threadLogger(post: (message: FromThread) => void): Logger {
  const at = (level: keyof Logger) => (fields: object, message: string) =>
    post({ kind: 'log', level, fields: asData(fields), message });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** What cannot be cloned is told in words. */
function asData(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, valueAsData(value)]),
  );
}

function valueAsData(value: unknown): unknown {
  if (value instanceof Error) return toPlain(value);
  try {
    return structuredClone(value);
  } catch {
    return inspect(value);
  }
}
