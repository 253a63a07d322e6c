/** Where warnings and errors go: the shape of pino, of console, and of most others. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The default: warnings and errors to stderr, one line each, and nothing else. */
export const stderrLogger: Logger = {
  debug() {},
  info() {},
  warn: (fields, message) => print('warning', fields, message),
  error: (fields, message) => print('error', fields, message),
};

function print(level: string, fields: object, message: string): void {
  const details = Object.entries(fields).map(([name, value]) => ` ${name}=${describe(value)}`);
  console.error(`gev ${level}: ${message}${details.join('')}`);
}

/** Never throws: a bigint, a cycle or an object without a prototype must not hide what is told. */
function describe(value: unknown): string {
  if (value instanceof Error) return value.stack ?? value.message;
  try {
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  } catch {
    return `(a value of type ${typeof value} that cannot be printed)`;
  }
}
