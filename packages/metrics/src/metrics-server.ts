import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import {
  type Address,
  formatAddress,
  GevError,
  type Logger,
  type LoopCounters,
  type MetricsCollector,
  systemError,
} from '@gev/core';
import { checkOptions, type MetricsServerOptions } from './options.js';
import { firstWord, tell } from './thread-words.js';
import type { Listening, Order, Word, WorkerSetup } from './worker-messages.js';

/** The built file also when this one runs from its source: a thread starts from JavaScript. */
const script = createRequire(import.meta.url).resolve('@gev/metrics/metrics-worker');

/**
 * Shows what a server counts over HTTP, from a thread of its own that only reads the loops' shared
 * memory: it answers while every loop is busy.
 *
 * Thread rule: every member on the server's own thread.
 */
export class MetricsServer implements MetricsCollector {
  readonly #address: Address;
  readonly #path: string;
  #worker: Worker | undefined;
  /** Resolves when the thread is gone. */
  #ended: Promise<unknown> | undefined;
  #closing = false;
  #real: Address | undefined;

  /** @throws GevError `ERR_GEV_INVALID_OPTION`, `ERR_GEV_INVALID_ADDRESS` */
  constructor(options: MetricsServerOptions = {}) {
    const { address, path } = checkOptions(options);
    this.#address = address;
    this.#path = path;
  }

  /** Where it really listens (the port is never 0), as a URL; '' while it does not. */
  get address(): string {
    return this.#real === undefined ? '' : formatAddress(this.#real);
  }

  /**
   * @throws GevError (rejects with) `ERR_GEV_ADDRESS_IN_USE`, `ERR_GEV_ACCESS`,
   * `ERR_GEV_ADDRESS_NOT_AVAILABLE`, `ERR_GEV_INVALID_OPTION`, `ERR_GEV_IO`
   */
  async start(loops: readonly LoopCounters[], logger: Logger): Promise<void> {
    if (this.#worker !== undefined) throw usedTwice();
    const workerData: WorkerSetup = { loops, address: this.#address, path: this.#path };
    const worker = new Worker(script, { workerData, name: 'gev metrics' });
    this.#worker = worker;
    this.#ended = new Promise((resolve) => worker.once('exit', resolve));
    try {
      const { port } = await this.#listening(worker);
      this.#real = this.#address.transport === 'tcp' ? { ...this.#address, port } : this.#address;
    } catch (error) {
      await worker.terminate();
      this.#worker = undefined;
      throw error;
    }
    this.#watch(worker, logger);
  }

  async close(): Promise<void> {
    if (this.#worker === undefined) return;
    this.#closing = true;
    const order: Order = 'close';
    this.#worker.postMessage(order);
    await this.#ended;
    this.#real = undefined;
  }

  async #listening(worker: Worker): Promise<Listening> {
    const word = await firstWord(worker);
    if (word.kind === 'listening') return word;
    throw systemError(word.errno, word.syscall, formatAddress(this.#address));
  }

  #watch(worker: Worker, logger: Logger): void {
    const address = this.address;
    worker.on('message', (word: Word) => tell(logger, address, word));
    worker.on('error', (error) => logger.error({ address, err: error }, 'the metrics failed'));
    worker.on('exit', () => {
      if (!this.#closing) logger.error({ address }, 'the metrics are no longer served');
    });
  }
}

/**
 * Makes the endpoint of a server's metrics: the server's option `metrics`. It opens and closes with
 * the server.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION`, `ERR_GEV_INVALID_ADDRESS`
 *
 * @example
 * createServer({ address, handler, metrics: metricsServer({ address: ':9091' }) });
 */
export function metricsServer(options: MetricsServerOptions = {}): MetricsServer {
  return new MetricsServer(options);
}

function usedTwice(): GevError {
  return new GevError(
    'ERR_GEV_INVALID_OPTION',
    'this metricsServer() belongs to another server already: make one for each',
  );
}
