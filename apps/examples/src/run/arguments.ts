import { type MetricsServer, metricsServer } from '@gev/metrics';
import { type Options, readOptions, type Values } from './read-options.js';

const MOST_PORTS = 65_535;

/** What every client can be told: where the server is. */
const placeAt = (port: number) => ({
  port: { default: port, least: 0, most: MOST_PORTS },
  host: '127.0.0.1',
});

/** What every server can be told, besides where it listens. */
const SERVER = {
  loops: { default: 1, least: 1, most: 1024 },
  metrics: { default: undefined, least: 0, most: MOST_PORTS },
};

/** Arguments of a client. @param own what it alone takes, with defaults */
export function readClientArguments<Own extends Options = Record<never, never>>(
  defaultPort: number,
  own: Own = {} as Own,
) {
  return readOptions({ ...placeAt(defaultPort), ...own });
}

/** Arguments of a server on TCP. @param own what it alone takes, with defaults */
export function readServerArguments<Own extends Options = Record<never, never>>(
  defaultPort: number,
  own: Own = {} as Own,
) {
  const place = readOptions({ ...placeAt(defaultPort), ...SERVER, ...own });
  // TypeScript cannot see what a generic spread has of SERVER.
  return { ...place, metrics: metricsAt((place as Values<typeof SERVER>).metrics) };
}

/** Arguments of a server on a unix socket. */
export function readUnixArguments(defaultPath: string) {
  const place = readOptions({ path: defaultPath, ...SERVER });
  return { ...place, metrics: metricsAt(place.metrics) };
}

/** Shows what a server counts, on a port of the loopback; nothing without a port. */
function metricsAt(port: number | undefined): MetricsServer | undefined {
  return port === undefined ? undefined : metricsServer({ address: `:${port}` });
}

/** The address as gev takes it; an IPv6 host goes into brackets. */
export function tcpAddress(host: string, port: number): string {
  return host.includes(':') ? `tcp://[${host}]:${port}` : `tcp://${host}:${port}`;
}
