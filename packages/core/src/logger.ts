import { inspect } from 'node:util';

/**
 * Where warnings and errors go: the shape of pino, of console, and of most others. An error stands in
 * the field `err`, where pino and bunyan print one with its stack and cause.
 */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What the environment variable GEV_LOG_LEVEL may be: each level shows itself and those before it. */
const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;

type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * The default: stderr, a line each with an error's stack and cause below it, warnings and errors only
 * unless GEV_LOG_LEVEL says another level. Another logger has a level of its own.
 */
export const stderrLogger: Logger = {
  debug: (fields, message) => print('debug', 'debug', fields, message),
  info: (fields, message) => print('info', 'info', fields, message),
  warn: (fields, message) => print('warn', 'warning', fields, message),
  error: (fields, message) => print('error', 'error', fields, message),
};

/** Read when something is first logged: a program that has its own logger is told nothing of it. */
let shown: readonly LogLevel[] | undefined;

function print(level: LogLevel, label: string, fields: object, message: string): void {
  shown ??= shownBy(process.env['GEV_LOG_LEVEL']);
  if (!shown.includes(level)) return;
  const details = Object.entries(fields).map(([name, value]) => ` ${name}=${describe(value)}`);
  console.error(`gev ${label}: ${oneLine(message)}${details.join('')}`);
}

/** A wrong level is told, and is no reason not to run. */
function shownBy(wanted = ''): readonly LogLevel[] {
  const index = LOG_LEVELS.indexOf(wanted.toLowerCase() as LogLevel);
  if (index >= 0) return LOG_LEVELS.slice(1, index + 1);
  if (wanted !== '') {
    const levels = LOG_LEVELS.join(', ');
    console.error(`gev warning: GEV_LOG_LEVEL is '${wanted}': give one of ${levels}; warn is used`);
  }
  return shownBy('warn');
}

/**
 * Never throws: a bigint, a cycle or an object without a prototype must not hide what is told. What a peer
 * sent may stand in it: it begins no line, and gives the terminal no orders.
 */
function describe(value: unknown): string {
  try {
    if (value instanceof Error) return tamed(inspect(value)).replaceAll(/\n(?=\S)/g, '\n  ');
    return oneLine(String(typeof value === 'object' ? JSON.stringify(value) : value));
  } catch {
    return `(a value of type ${typeof value} that cannot be printed)`;
  }
}

function oneLine(text: string): string {
  return tamed(text).replaceAll('\n', '\\n');
}

/** Control characters but the line feed, as JavaScript writes them. */
function tamed(text: string): string {
  return text.replace(
    /[^\P{Cc}\n]/gu,
    (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
