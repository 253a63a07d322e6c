import { type Address, type Counters, GevError, type Logger } from '@gev/core';
import type { LoopSettings, PollerSource } from '../server-options.js';

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
      readonly fields: object;
      readonly message: string;
    };

/** An error as data: structured clone drops the code and the class. */
export interface PlainError {
  readonly code: string | undefined;
  readonly message: string;
  readonly stack: string | undefined;
}

export function toPlain(thrown: unknown): PlainError {
  if (!(thrown instanceof Error)) {
    return { code: undefined, message: String(thrown), stack: undefined };
  }
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
  return { code, message: thrown.message, stack: thrown.stack };
}

/** The error again; its `cause` tells where it was thrown in the other thread. */
export function fromPlain({ code, message, stack }: PlainError): Error {
  if (code?.startsWith('ERR_GEV_')) return new GevError(code, message, { cause: stack });
  return Object.assign(new Error(message, { cause: stack }), code === undefined ? {} : { code });
}
