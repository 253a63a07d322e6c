import type { Address, Counters, Logger } from '@gev/core';
import type { LoopSettings, PollerSource } from '../server-options.js';
import type { PlainError } from './plain-error.js';

/** What a loop's thread is started with. */
export interface ThreadSetup {
  readonly id: number;
  readonly loops: number;
  readonly board: SharedArrayBuffer;
  /** In shared memory; kept when a thread takes the place of one that died. */
  readonly counters: Counters;
  readonly poller: PollerSource;
  /** URL of the handler module. */
  readonly handler: string;
  readonly data: unknown;
  readonly settings: LoopSettings;
}

/** From the server to a loop's thread. */
export type ToThread =
  /** Open listeners of your own; answered by `listening`. */
  | { readonly kind: 'listen'; readonly addresses: readonly Address[]; readonly reusePort: boolean }
  /** Take connections; those handed over come in at `entrances`, by tag. Answered by `serving`. */
  | { readonly kind: 'serve'; readonly entrances: readonly Address[] }
  /** Stop in order within `timeout` ms; answered by `drained`. Again: sooner. */
  | { readonly kind: 'drain'; readonly timeout: number };

/** From a loop's thread to the server. */
export type FromThread =
  | { readonly kind: 'ready'; readonly mailbox: number }
  | { readonly kind: 'listening'; readonly addresses: readonly Address[] }
  | { readonly kind: 'serving' }
  | { readonly kind: 'drained' }
  | { readonly kind: 'failed'; readonly error: PlainError }
  /** Hosts of handed-over connections that ended, where addresses are counted. */
  | { readonly kind: 'left'; readonly hosts: readonly string[] }
  | {
      readonly kind: 'log';
      readonly level: keyof Logger;
      /** Data only; fields that are errors stand in `errors`. */
      readonly fields: object;
      readonly errors: Readonly<Record<string, PlainError>>;
      readonly message: string;
    };
