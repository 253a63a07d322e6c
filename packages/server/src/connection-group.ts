import type { EventLoop, Handler, Logger, Protocol } from '@gev/core';
import type { ReactorLoop } from '@gev/loop';
import type { RingBuffer, RingBufferPool } from '@gev/ringbuffer';
import type { ConnectionRegistry, Registered } from './connection-registry.js';
import type { IdleTimeouts } from './idle-watch.js';
import type { ResolvedLimits } from './limits.js';

/** What the connections of one server or client in one loop share, so that each stays small. */
export interface ConnectionGroup<In, Out, Context> {
  readonly loop: ReactorLoop;
  /** The loop as handlers see it. */
  readonly events: EventLoop;
  readonly handler: Handler<In, Out, Context>;
  readonly protocol: Protocol<In, Out>;
  readonly makeContext: () => Context;
  readonly limits: ResolvedLimits;
  /** Undefined: connections may be idle for ever. */
  readonly idle: IdleTimeouts | undefined;
  readonly allowHalfOpen: boolean;
  readonly logger: Logger;
  /** Laid over the arena for a connection that has no leftover. */
  readonly overlay: RingBuffer;
  /** Where connections borrow the buffer of a message that is not yet whole. */
  readonly leftovers: RingBufferPool;
  readonly registry: Pick<ConnectionRegistry<Registered>, 'nextId' | 'add' | 'remove'>;
}
