import type { Handler, Logger, Protocol } from '@gev/core';
import type { ReactorLoop } from '@gev/loop';
import type { RingBuffer, RingBufferPool } from '@gev/ringbuffer';
import type { ResolvedLimits } from './limits.js';
import type { OpenCount } from './open-count.js';

/** What the connections of one server in one loop share, so that each of them stays small. */
export interface ConnectionGroup<In, Out, Context> {
  readonly loop: ReactorLoop;
  readonly handler: Handler<In, Out, Context>;
  readonly protocol: Protocol<In, Out>;
  readonly makeContext: () => Context;
  readonly limits: ResolvedLimits;
  readonly allowHalfOpen: boolean;
  readonly logger: Logger;
  /** Laid over the arena for a connection that has no leftover. */
  readonly overlay: RingBuffer;
  /** Where connections borrow the buffer of a message that is not yet whole. */
  readonly leftovers: RingBufferPool;
  /** The connections whose `onClose` has not run. */
  readonly open: OpenCount;
}
