import { Counter, type Handler, type Timer } from '@gev/core';
import type { ReactorLoop } from '@gev/loop';
import { BufferSampler } from './buffer-sampler.js';
import { HandlerTiming } from './handler-timing.js';
import { ThreadMeter } from './thread-meter.js';

/** Milliseconds from one sample to the next. */
const INTERVAL = 1_000;

/**
 * Measures of a loop what costs something, once a second; there only where somebody collects.
 *
 * Thread rule: everything on the loop's thread.
 */
export class LoopSampler {
  readonly #loop: ReactorLoop;
  readonly #thread: ThreadMeter;
  readonly #timing: HandlerTiming;
  readonly #buffers: BufferSampler;
  readonly #timer: Timer;
  #messages: number;

  constructor(loop: ReactorLoop) {
    this.#loop = loop;
    this.#thread = new ThreadMeter(loop.counters);
    this.#timing = new HandlerTiming(loop.metrics);
    this.#buffers = new BufferSampler(loop);
    this.#messages = loop.messagesReceived;
    this.#timer = loop.runEvery(INTERVAL, () => this.#sample());
  }

  /** The handler, timed. */
  time<In, Out, Context>(handler: Handler<In, Out, Context>): Handler<In, Out, Context> {
    return this.#timing.time(handler);
  }

  stop(): void {
    this.#timer.cancel();
    this.#thread.stop();
    this.#loop.counters[Counter.timersArmed] = 0;
  }

  #sample(): void {
    const { messagesReceived, timersArmed, counters } = this.#loop;
    this.#thread.tell();
    this.#timing.tune(messagesReceived - this.#messages);
    this.#messages = messagesReceived;
    // Its own is not meant.
    counters[Counter.timersArmed] = timersArmed - 1;
    this.#buffers.sample();
  }
}
