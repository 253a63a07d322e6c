import type { Handler, Logger, Protocol } from '@gev/core';

/** The part of a server's options that says what to do with connections. */
export interface ServerSource<In, Out, Context> {
  readonly handler: Handler<In, Out, Context> | URL;
  readonly protocol?: Protocol<In, Out>;
  readonly context?: () => Context;
  readonly data: unknown;
  readonly logger: Logger;
}
