import {
  type Address,
  type EventLoop,
  GevError,
  type Handler,
  type ListenOptions,
  type Logger,
  type Protocol,
  parseAddress,
  printable,
  type SocketOptions,
  stderrLogger,
} from '@gev/core';
import type { BackoffOptions } from '@gev/loop';
import { assertFunctions, assertProtocol, checkFlags, checkKnown } from '../check-options.js';
import type { ServerErrorCode } from '../error-codes.js';
import { assertContext, assertHandler } from '../handler-module.js';
import type { IdleTimeouts } from '../idle-watch.js';
import {
  type ConnectionLimits,
  type ResolvedLimits,
  resolveIdle,
  resolveLimits,
  wholeNumber,
} from '../limits.js';
import { safeLogger } from '../safe-logger.js';

/** How often and after which waits a failed attempt is made again. Times in milliseconds. */
export interface RetryOptions {
  /** Attempts after the first one. Default 10; with `reconnect` without end. */
  readonly retries?: number;
  /** Default 100. */
  readonly minDelay?: number;
  /** Default 30,000. */
  readonly maxDelay?: number;
  /** What each wait is multiplied with for the next. Default 2. */
  readonly factor?: number;
  /** The part of a wait that is random, 0 to 1. Default 0.5. */
  readonly jitter?: number;
}

/** What an outbound connection can be told. Times in milliseconds, sizes in bytes. */
export interface ConnectOptions<In, Out, Context> extends ConnectionLimits, SocketOptions {
  readonly handler: Handler<NoInfer<In>, NoInfer<Out>, NoInfer<Context>>;
  /** Bytes to messages and back. Default: bytes as they come. */
  readonly protocol?: Protocol<In, Out>;
  /** Makes the `context` that a connection starts with. Default: undefined. */
  readonly context?: () => Context;
  /** For one attempt. Default 10 seconds. */
  readonly timeout?: number;
  /** Try again when an attempt fails: `true`, how often, or how. Default false. */
  readonly retry?: boolean | number | RetryOptions;
  /**
   * Connect again when the connection ends for any reason but our own `close` or `destroy`; each
   * time a new connection comes to `onConnect`. Default false.
   */
  readonly reconnect?: boolean | RetryOptions;
  /** Ends the attempts, later the connection (by `destroy`) and the reconnecting. */
  readonly signal?: AbortSignal;
  /** Keep the connection open for sending when the peer ends its side. Default false. */
  readonly allowHalfOpen?: boolean;
  /** Where warnings and errors go. Default: stderr. */
  readonly logger?: Logger;
  /** Run on this loop of a server: what a handler module was given. Default: the client's own. */
  readonly loop?: EventLoop;
}

const NAMES: Readonly<Record<keyof ConnectOptions<unknown, unknown, unknown>, true>> = {
  handler: true,
  protocol: true,
  context: true,
  timeout: true,
  retry: true,
  reconnect: true,
  signal: true,
  allowHalfOpen: true,
  logger: true,
  loop: true,
  maxInputBuffer: true,
  maxOutputBuffer: true,
  highWatermark: true,
  lowWatermark: true,
  closeTimeout: true,
  idleTimeout: true,
  noDelay: true,
  keepAlive: true,
  sendBufferSize: true,
  receiveBufferSize: true,
};

/** Tries and the waits between them. */
export interface Retrying {
  readonly retries: number;
  readonly backoff: BackoffOptions;
}

/** What the options mean. */
export interface CheckedConnect {
  readonly address: Address;
  readonly limits: ResolvedLimits;
  readonly idle: IdleTimeouts | undefined;
  readonly socket: SocketOptions;
  readonly timeout: number;
  readonly retry: Retrying;
  /** Undefined: a connection that ends is not replaced. */
  readonly reconnect: Retrying | undefined;
  readonly logger: Logger;
}

/** @throws GevError `ERR_GEV_INVALID_OPTION`, `ERR_GEV_INVALID_ADDRESS` */
export function checkConnect<In, Out, Context>(
  address: string,
  options: ConnectOptions<In, Out, Context>,
): CheckedConnect {
  if (typeof options !== 'object' || options === null) {
    throw invalid('the options are no object: give at least { handler }');
  }
  checkKnown(options, NAMES);
  checkFlags({ ...options }, ['allowHalfOpen', 'noDelay']);
  assertHandler(options.handler, 'the handler');
  if (options.protocol !== undefined) assertProtocol(options.protocol);
  assertContext(options.context);
  const { logger = stderrLogger, signal } = options;
  assertFunctions('logger', logger, ['debug', 'info', 'warn', 'error']);
  if (signal !== undefined) assertFunctions('signal', signal, ['addEventListener']);
  return {
    address: parseAddress(address),
    limits: resolveLimits(options),
    idle: resolveIdle(options.idleTimeout),
    socket: socketOptionsOf(options),
    timeout: wholeNumber('timeout', options.timeout ?? 10_000, 1),
    retry: retryingOf('retry', options.retry ?? false, 10),
    reconnect: options.reconnect
      ? retryingOf('reconnect', options.reconnect, Number.POSITIVE_INFINITY)
      : undefined,
    logger: safeLogger(logger),
  };
}

function retryingOf(name: string, option: boolean | number | RetryOptions, most: number): Retrying {
  if (option === false) return retryingOf(name, { retries: 0 }, 0);
  if (option === true) return retryingOf(name, {}, most);
  if (typeof option === 'number') return retryingOf(name, { retries: option }, most);
  if (typeof option !== 'object' || option === null) {
    throw invalid(
      `${name} is ${printable(option)}: give true, false, or { retries, minDelay, maxDelay }`,
    );
  }
  checkKnown(option, { retries: true, minDelay: true, maxDelay: true, factor: true, jitter: true });
  const { retries = most, factor = 2, jitter = 0.5 } = option;
  const minDelay = wholeNumber(`${name}.minDelay`, option.minDelay ?? 100, 0);
  const maxDelay = wholeNumber(`${name}.maxDelay`, option.maxDelay ?? 30_000, minDelay);
  mustBeBetween(`${name}.factor`, factor, 1, 1000);
  mustBeBetween(`${name}.jitter`, jitter, 0, 1);
  const isEndless = retries === Number.POSITIVE_INFINITY;
  return {
    retries: isEndless ? retries : wholeNumber(`${name}.retries`, retries, 0),
    backoff: { minDelay, maxDelay, factor, jitter },
  };
}

function mustBeBetween(name: string, value: number, least: number, most: number): void {
  if (typeof value === 'number' && value >= least && value <= most) return;
  throw invalid(`${name} is ${printable(value)}: give a number from ${least} to ${most}`);
}

const SOCKET = ['noDelay', 'keepAlive', 'sendBufferSize', 'receiveBufferSize'] as const;

function socketOptionsOf(options: ListenOptions): SocketOptions {
  const set = SOCKET.filter((name) => options[name] !== undefined);
  for (const name of set) {
    if (name === 'noDelay') continue;
    wholeNumber(name, options[name] ?? 0, name === 'keepAlive' ? 0 : 1);
  }
  return Object.fromEntries(set.map((name) => [name, options[name]]));
}

function invalid(message: string): GevError<ServerErrorCode> {
  return new GevError('ERR_GEV_INVALID_OPTION', message);
}
