import type { Connection, Handler, HistogramMetric, LoopMetrics } from '@gev/core';

/** Messages a second that are timed, about; fewer come: all of them. */
const TIMED = 1_000;

/** 100 ns to 10 s, three to a power of ten. */
const BUCKETS = [-7, -6, -5, -4, -3, -2, -1, 0]
  .flatMap((power) => [1, 2, 5].map((digit) => Number(`${digit}e${power}`)))
  .concat(10);

/** The callbacks beside `onMessage`. */
const OTHERS = ['onConnect', 'onClose', 'onEnd', 'onClosing', 'onDrain', 'onError'] as const;

/** Times some of the calls of a loop's handler: so many that the clock does not tell in its cost. */
export class HandlerTiming {
  readonly #seconds: HistogramMetric;
  /** One message in so many is timed. */
  #every = 1;
  #left = 1;

  constructor(metrics: LoopMetrics) {
    this.#seconds = metrics.histogram({
      name: 'gev_handler_seconds',
      help: 'Time in onMessage, of about a thousand messages a second.',
      buckets: BUCKETS,
    });
  }

  /** The handler, timed; what is async in it is not. */
  time<In, Out, Context>(handler: Handler<In, Out, Context>): Handler<In, Out, Context> {
    return {
      ...othersOf(handler),
      onMessage: (connection, message) => {
        this.#left -= 1;
        return this.#left > 0
          ? handler.onMessage(connection, message)
          : this.#timed(handler, connection, message);
      },
    };
  }

  /** Chooses how many are timed by how many came in the last second. */
  tune(messages: number): void {
    this.#every = 1 + Math.floor(messages / TIMED);
    this.#left = Math.min(this.#left, this.#every);
  }

  #timed<In, Out, Context>(
    handler: Handler<In, Out, Context>,
    connection: Connection<Out, Context>,
    message: In,
  ) {
    this.#left = this.#every;
    const start = performance.now();
    const reply = handler.onMessage(connection, message);
    this.#seconds.observe((performance.now() - start) / 1_000);
    return reply;
  }
}

/** The callbacks that the handler has, called on the handler. */
function othersOf<In, Out, Context>(
  handler: Handler<In, Out, Context>,
): Omit<Handler<In, Out, Context>, 'onMessage'> {
  const there = OTHERS.filter((name) => handler[name] !== undefined);
  return Object.fromEntries(there.map((name) => [name, handler[name]?.bind(handler)]));
}
