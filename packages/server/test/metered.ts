import {
  Counter,
  type Logger,
  type LoopCounters,
  MetricReader,
  type MetricsCollector,
} from '@gev/core';
import { type PollerChoice, Server, type ServerOptions } from '../src/index.js';
import { Client } from './client.js';

const METERED = new URL('./fixtures/metered.mjs', import.meta.url);

type Options = Partial<ServerOptions<string, string, unknown>>;

/** Keeps what a server gives to its collector. */
export class Collected implements MetricsCollector {
  loops: readonly LoopCounters[] = [];
  readonly calls: string[] = [];

  async start(loops: readonly LoopCounters[], _logger: Logger): Promise<void> {
    this.loops = loops;
    this.calls.push('start');
  }

  async close(): Promise<void> {
    this.calls.push('close');
  }

  /** A counter that is always there, of all loops. */
  count(name: keyof typeof Counter): number {
    return this.loops.reduce((sum, { counters }) => sum + counters[Counter[name]]!, 0);
  }

  /** The series of a name in all loops, added up; by the value of its label where it has one. */
  values(name: string): Record<string, number> {
    const values: Record<string, number> = {};
    for (const { counters } of this.loops) {
      const reader = new MetricReader(counters);
      for (const series of reader.definitions().filter((other) => other.name === name)) {
        const key = Object.values(series.labels).join();
        const value =
          series.kind === 'histogram' ? reader.cumulative(series).at(-1)! : reader.value(series);
        values[key] = (values[key] ?? 0) + value;
      }
    }
    return values;
  }

  value(name: string): number | undefined {
    return this.values(name)[''];
  }

  /** A histogram of all loops: how many were at most each bound, and the sum. */
  histogram(name: string): { cumulative: number[]; sum: number } {
    const all = this.loops.flatMap(({ counters }) => {
      const reader = new MetricReader(counters);
      const series = reader.definitions().filter((other) => other.name === name);
      return series.map((one) => ({ cumulative: reader.cumulative(one), sum: reader.sum(one) }));
    });
    return all.reduce((total, { cumulative, sum }) => ({
      cumulative: total.cumulative.map((count, index) => count + cumulative[index]!),
      sum: total.sum + sum,
    }));
  }
}

/** A server with the metered handler, and what is collected of it. */
export class Metered implements AsyncDisposable {
  readonly collected = new Collected();
  readonly server: Server<string, string>;

  private constructor(choice: PollerChoice, options: Options) {
    this.server = new Server<string, string>(
      {
        address: 'tcp://127.0.0.1:0',
        handler: METERED,
        logger: { debug() {}, info() {}, warn() {}, error() {} },
        metrics: this.collected,
        ...options,
      } as ServerOptions<string, string, unknown, undefined>,
      choice,
    );
  }

  static async start(choice: PollerChoice, options: Options = {}): Promise<Metered> {
    const metered = new Metered(choice, options);
    await metered.server.listen();
    return metered;
  }

  async clients(count: number): Promise<FrameClient[]> {
    const clients: FrameClient[] = [];
    for (let i = 0; i < count; i += 1) {
      clients.push(new FrameClient(await Client.connect(this.server.address)));
    }
    return clients;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close({ timeout: 500 });
  }
}

/** Sends frames, and waits for as many bytes. */
export class FrameClient {
  readonly client: Client;
  sent = 0;

  constructor(client: Client) {
    this.client = client;
    // Its own side ends with the server's.
    client.socket.on('end', () => client.socket.end());
  }

  write(...texts: string[]): void {
    const bytes = Buffer.concat(texts.map(frameOf));
    this.sent += bytes.length;
    this.client.socket.write(bytes);
  }

  /** Everything that was sent came back. */
  async heard(): Promise<void> {
    await this.client.receive(this.sent);
  }

  async ask(...texts: string[]): Promise<void> {
    this.write(...texts);
    await this.heard();
  }
}

function frameOf(text: string): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(Buffer.byteLength(text));
  return Buffer.concat([head, Buffer.from(text)]);
}
