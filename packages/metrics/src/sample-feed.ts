import type { ServerResponse } from 'node:http';
import type { LoopReader } from './loop-reader.js';
import type { Feed } from './sample.js';
import { takeSample } from './take-sample.js';

/** Milliseconds from one sample to the next. */
const INTERVAL = 1_000;

/** Samples that are kept: ten minutes. */
const KEPT = 600;

/** Takes a sample of the server every second, keeps the last ten minutes and tells who listens. */
export class SampleFeed {
  readonly #loops: readonly LoopReader[];
  readonly #samples: string[] = [];
  readonly #listeners = new Set<ServerResponse>();
  readonly #timer: NodeJS.Timeout;
  #history: Uint8Array | undefined = undefined;

  constructor(loops: readonly LoopReader[]) {
    this.#loops = loops;
    this.#take();
    this.#timer = setInterval(() => this.#take(), INTERVAL);
  }

  /**
   * What is kept, as the JSON of a {@link Feed}. It is megabytes with many loops: whoever asks before the
   * next sample gets the same bytes.
   */
  history(): Uint8Array {
    this.#history ??= this.#asJson();
    return this.#history;
  }

  /** Sends every sample from now on as a server-sent event, until the response is closed. */
  follow(response: ServerResponse): void {
    this.#listeners.add(response);
    response.on('close', () => this.#listeners.delete(response));
    // The reader's browser waits for the head before it tells that the stream is open.
    response.flushHeaders();
  }

  /** Ends every response that follows. */
  close(): void {
    clearInterval(this.#timer);
    for (const response of this.#listeners) response.end();
  }

  #asJson(): Uint8Array {
    const empty: Feed = { interval: INTERVAL, samples: [] };
    return Buffer.from(JSON.stringify(empty).replace('[]', `[${this.#samples.join(',')}]`));
  }

  #take(): void {
    this.#history = undefined;
    const sample = JSON.stringify(takeSample(this.#loops, Date.now()));
    if (this.#samples.push(sample) > KEPT) this.#samples.shift();
    for (const response of this.#listeners) {
      // Who does not read misses samples; nothing piles up for him.
      if (response.writableLength === 0) response.write(`data: ${sample}\n\n`);
    }
  }
}
