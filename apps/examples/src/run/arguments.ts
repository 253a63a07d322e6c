import { parseArgs } from 'node:util';

/** What every example can be told. */
export interface ExampleArguments {
  readonly host: string;
  readonly port: number;
  readonly loops: number;
}

const USAGE = 'usage: node NAME.js [--port N] [--host ADDRESS] [--loops N]';

/** Reads the command line; ends the process with a reason and the usage when it is wrong. */
export function readArguments(defaultPort: number): ExampleArguments {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: String(defaultPort) },
        host: { type: 'string', default: '127.0.0.1' },
        loops: { type: 'string', default: '1' },
      },
    });
    return {
      host: values.host,
      port: whole('--port', values.port, 0, 65_535),
      loops: whole('--loops', values.loops, 1, 1024),
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
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
  throw new Error(`${name} is '${text}': give a whole number from ${least} to ${most}`);
}
