import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { type MetricsServer, metricsServer } from '@gev/metrics';

/** What every example can be told. */
export interface ExampleArguments {
  readonly host: string;
  readonly port: number;
  readonly loops: number;
  /** For servers: shows what they count, on a port of the loopback. */
  readonly metrics: MetricsServer | undefined;
}

/** Options of one example alone, with their defaults: a whole number from 1 on, or a text. */
type OwnOptions = Readonly<Record<string, number | string>>;

/** The same, as they were given. */
type OwnValues<Own> = { readonly [Name in keyof Own]: Own[Name] extends number ? number : string };

const LARGEST = 2 ** 31 - 1;

/**
 * Reads the command line; ends the process with a reason and the usage when it is wrong.
 *
 * @param options of this example alone, with their defaults
 */
export function readArguments<Own extends OwnOptions = Record<never, never>>(
  defaultPort: number,
  options: Own = {} as Own,
): ExampleArguments & OwnValues<Own> {
  const own = Object.entries(options);
  try {
    const { help, ...values } = parseArgs({
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        port: { type: 'string', default: String(defaultPort) },
        host: { type: 'string', default: '127.0.0.1' },
        loops: { type: 'string', default: '1' },
        metrics: { type: 'string' },
        ...Object.fromEntries(
          own.map(([name, value]) => [name, { type: 'string', default: String(value) } as const]),
        ),
      },
    }).values;
    if (help) {
      console.log(usageOf(own));
      process.exit(0);
    }
    const texts = values as Record<string, string>;
    const { metrics } = values as { readonly metrics?: string };
    const parsed = own.map(([name, value]) => {
      const text = texts[name]!;
      return [name, typeof value === 'string' ? text : whole(name, text, 1, LARGEST)];
    });
    return {
      host: texts['host']!,
      port: whole('port', texts['port']!, 0, 65_535),
      loops: whole('loops', texts['loops']!, 1, 1024),
      metrics: metricsAt(metrics),
      ...(Object.fromEntries(parsed) as OwnValues<Own>),
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${usageOf(own)}`);
    process.exit(2);
  }
}

function usageOf(own: readonly (readonly [string, number | string])[]): string {
  const names = own.map(
    ([name, value]) => ` [--${name} ${typeof value === 'string' ? 'TEXT' : 'N'}]`,
  );
  const program = basename(process.argv[1] ?? 'NAME.js');
  return `usage: node ${program} [--port N] [--host ADDRESS] [--loops N] [--metrics PORT]${names.join('')}`;
}

/** The metrics of a server at a port of the loopback; none without a port. */
export function metricsAt(port: string | undefined): MetricsServer | undefined {
  if (port === undefined) return undefined;
  return metricsServer({ address: `:${whole('metrics', port, 0, 65_535)}` });
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
