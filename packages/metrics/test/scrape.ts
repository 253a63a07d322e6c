import { createServer, type Server, type ServerOptions } from 'gev';
import { type MetricsServer, metricsServer } from '../src/index.js';

const SHOP = new URL('./fixtures/shop.mjs', import.meta.url);

type Options = Partial<ServerOptions<Uint8Array, Uint8Array | string, unknown>>;

/** A server with metrics, and what they say. */
export class Watched implements AsyncDisposable {
  readonly metrics: MetricsServer = metricsServer({ address: ':0' });
  readonly server: Server;
  readonly warnings: string[] = [];

  private constructor(options: Options) {
    const note = (_fields: object, message: string) => void this.warnings.push(message);
    this.server = createServer({
      address: 'tcp://127.0.0.1:0',
      handler: SHOP,
      metrics: this.metrics,
      logger: { debug() {}, info() {}, warn: note, error: note },
      ...options,
    } as ServerOptions<Uint8Array, Uint8Array | string, unknown, undefined>);
  }

  static async start(options: Options = {}): Promise<Watched> {
    const watched = new Watched(options);
    await watched.server.listen();
    return watched;
  }

  /** Where the metrics are, for `fetch`. */
  get url(): string {
    return this.metrics.address.replace('tcp:', 'http:');
  }

  async text(): Promise<string> {
    return await (await fetch(`${this.url}/metrics`)).text();
  }

  /** The series of a name with these labels, added up over the loops. */
  async sum(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    return sumOf(await this.text(), name, labels);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close({ timeout: 500 });
  }
}

/** Adds up the series of a name whose labels are these. */
export function sumOf(
  text: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const values = text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`))
    .filter((line) => wanted.every((label) => line.includes(label)))
    .map((line) => Number(line.split(' ').at(-1)));
  return values.reduce((sum, value) => sum + value, 0);
}
