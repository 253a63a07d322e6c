import type { Connection, SubscribeOptions, Subscriber, Turn } from '@gev/core';
import { known, wholeNumber } from './check-options.js';
import { invalidOption } from './error-codes.js';

/** What becomes of subscribers of topics that read slower than is published. */
export interface SlowConsumers {
  /**
   * `close`: it is closed with 1013, so that it knows that it missed something, and may come back and
   * start anew. `skip`: it does not get that message, and `ws.skipped` counts it. Default `close`.
   */
  readonly policy?: 'close' | 'skip';
  /**
   * Bytes that the kernel had no room for; what is published while a WebSocket has more is not sent to it.
   * Has to be below the server's `maxOutputBuffer` (16 MiB), at which a connection is cut off. Default 4 MiB.
   */
  readonly above?: number;
}

/** The context of a connection that subscribes. */
export interface SlowConsumer {
  /** Something was published, and was not sent to it: too much is unsent. */
  fallBehind(policy: 'close' | 'skip'): void;
  /** When it can take what was published, if `most` bytes may wait for that. */
  turnOf(bytes: Uint8Array, most: number): Turn;
}

const POLICIES = ['close', 'skip'] as const;
const NAMES = ['policy', 'above'];
const DEFAULTS = { policy: 'close', above: 4 * 1024 * 1024 } as const;

/** A policy as the topics of a loop take it; one for any number of WebSockets. */
export class SlowConsumerRule implements SubscribeOptions {
  readonly policy: 'close' | 'skip';
  readonly slowAbove: number;

  /**
   * @param fallback what is not said otherwise
   * @throws GevError `ERR_GEV_INVALID_OPTION`
   */
  constructor(options: SlowConsumers = {}, fallback: Required<SlowConsumers> = DEFAULTS) {
    if (typeof options !== 'object' || options === null) {
      throw invalidOption('slowConsumers', options, '{ policy, above }, or leave it out');
    }
    known(options, NAMES);
    const { policy = fallback.policy, above = fallback.above } = options;
    if (!POLICIES.includes(policy)) {
      throw invalidOption('slowConsumers.policy', policy, "'close' or 'skip'");
    }
    this.policy = policy;
    this.slowAbove = wholeNumber('slowConsumers.above', above, 0);
  }

  /** The same, but for what these options say. */
  with(options: SlowConsumers): SlowConsumerRule {
    return new SlowConsumerRule(options, { policy: this.policy, above: this.slowAbove });
  }

  turn(subscriber: Subscriber, bytes: Uint8Array): Turn {
    const { context } = subscriber as Connection;
    return (context as SlowConsumer).turnOf(bytes, this.slowAbove);
  }

  onSlow(subscriber: Subscriber): void {
    const { context } = subscriber as Connection;
    (context as SlowConsumer).fallBehind(this.policy);
  }
}
