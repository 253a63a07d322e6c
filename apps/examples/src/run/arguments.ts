import { parseArgs } from 'node:util';

/** What every example can be told. */
export interface ExampleArguments {
  readonly host: string;
  readonly port: number;
  readonly loops: number;
}

const LARGEST = 2 ** 31 - 1;

/**
 * Reads the command line; ends the process with a reason and the usage when it is wrong.
 *
 * @param numbers options of this example alone, with their defaults
 */
export function readArguments<Name extends string = never>(
  defaultPort: number,
  numbers: Readonly<Record<Name, number>> = {} as Readonly<Record<Name, number>>,
): ExampleArguments & Readonly<Record<Name, number>> {
  const own = Object.entries<number>(numbers);
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: String(defaultPort) },
        host: { type: 'string', default: '127.0.0.1' },
        loops: { type: 'string', default: '1' },
        ...Object.fromEntries(
          own.map(([name, value]) => [name, { type: 'string', default: String(value) } as const]),
        ),
      },
    });
    const texts = values as Record<string, string>;
    const parsed = own.map(([name]) => [name, whole(name, texts[name]!, 1, LARGEST)]);
    return {
      host: texts['host']!,
      port: whole('port', texts['port']!, 0, 65_535),
      loops: whole('loops', texts['loops']!, 1, 1024),
      ...(Object.fromEntries(parsed) as Record<Name, number>),
    };
  } catch (error) {
    const names = own.map(([name]) => ` [--${name} N]`).join('');
    const usage = `usage: node NAME.js [--port N] [--host ADDRESS] [--loops N]${names}`;
    console.error(`${error instanceof Error ? error.message : error}\n${usage}`);
    process.exit(2);
  }
}

/** The address as gev takes it; an IPv6 host goes into brackets. */
export function tcpAddress(host: string, port: number): string {
  return host.includes(':') ? `tcp://[${host}]:${port}` : `tcp://${host}:${port}`;
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`--${name} is '${text}': give a whole number from ${least} to ${most}`);
}
