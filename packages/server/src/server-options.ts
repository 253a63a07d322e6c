import type { ResourceLimits } from 'node:worker_threads';
import type {
  BatchOptions,
  Handler,
  ListenOptions,
  Logger,
  MetricsCollector,
  Poller,
  Protocol,
} from '@gev/core';
import type { BalancerChoice } from '@gev/loop';
import type { AdmissionLimits } from './admission.js';
import type { HandlerModule } from './handler-module.js';
import type { IdleTimeouts } from './idle-watch.js';
import type { ConnectionLimits, ResolvedLimits } from './limits.js';

/** A poller that was chosen and can be made. */
export interface PollerChoice {
  readonly name: string;
  /** Why this one, in a sentence for a log. */
  readonly reason: string;
  create(options: BatchOptions): Poller;
  /** How another thread makes the same poller; without it a server has one loop. */
  readonly source?: PollerSource;
}

/** Where a poller comes from, as data that crosses threads. */
export interface PollerSource {
  /** URL of the module. */
  readonly module: string;
  /** The module's export that makes a poller: `(options) => Poller`. */
  readonly factory: string;
  /** Options for it beside the sizes. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What every loop of a server is told; crosses threads. */
export interface LoopSettings extends AdmissionLimits {
  readonly limits: ResolvedLimits;
  readonly idle: IdleTimeouts | undefined;
  readonly listen: ListenOptions;
  readonly sizes: BatchOptions;
  readonly allowHalfOpen: boolean;
  readonly poisonViews: boolean;
  /** Somebody collects what the loops count, so that more is worth measuring. */
  readonly isCollected: boolean;
  readonly timerTick: number;
  readonly resourceLimits: ResourceLimits;
}

/** Everything a server can be told. Times in milliseconds, sizes in bytes, addresses as URLs. */
export interface ServerOptions<In, Out, Context, Data = unknown>
  extends ConnectionLimits,
    ListenOptions,
    Omit<BatchOptions, 'lowWatermark'> {
  /** Where to listen: `tcp://127.0.0.1:1833`, `tcp://[::]:0`, `unix:///run/name.sock`. */
  readonly address: string | readonly string[];
  /** What to do with connections, or the URL of a module that says so (see `defineHandler`). */
  readonly handler:
    | Handler<NoInfer<In>, NoInfer<Out>, NoInfer<Context>>
    | HandlerModule<In, Out, Context, Data>;
  /** What the handler module's factory is given beside the loop: a structured clone in each loop. */
  readonly data?: NoInfer<Data>;
  /** Bytes to messages and back; with several loops the handler module's. Default: bytes as they come. */
  readonly protocol?: Protocol<In, Out>;
  /**
   * Makes the `context` that a connection starts with; with several loops the handler module's.
   * Default: undefined.
   */
  readonly context?: () => Context;
  /**
   * Event loops. 1 runs on the calling thread; more run in a worker thread each and need the URL of
   * a handler module. `auto` is one for each processor that the process may use. Default 1.
   */
  readonly loops?: number | 'auto';
  /** Which loop a connection goes to. Default `round-robin`. Without effect with `reusePort`. */
  readonly balancer?: BalancerChoice;
  /** Connections of the whole server; more are closed as soon as accepted. Default: no limit. */
  readonly maxConnections?: number;
  /**
   * Connections of one IP address; more are closed as soon as accepted. Default: no limit. With
   * `reusePort` and several loops each loop counts its own.
   */
  readonly maxConnectionsPerAddress?: number;
  /** Memory of each loop's thread, as `Worker` of node:worker_threads takes it. Default: Node's. */
  readonly resourceLimits?: ResourceLimits;
  /** Milliseconds of a tick of the loops' timers and time-outs. Default 1. */
  readonly timerTick?: number;
  /** Keep a connection open for sending when the peer ends its side. Default false. */
  readonly allowHalfOpen?: boolean;
  /** Where warnings and errors go. Default: stderr. */
  readonly logger?: Logger;
  /** Shows what the server counts: `metricsServer()` of `@gev/metrics`. Default: nothing does. */
  readonly metrics?: MetricsCollector | undefined;
  /** Overwrites input when its batch is over, to show views that were kept. Default false. */
  readonly poisonViews?: boolean;
}
