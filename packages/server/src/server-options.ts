import {
  type Address,
  type BatchOptions,
  checkBatchOptions,
  GevError,
  type Handler,
  type ListenOptions,
  type Logger,
  type Poller,
  type Protocol,
  parseAddress,
} from '@gev/core';
import type { ServerErrorCode } from './error-codes.js';
import { assertHandler } from './handler-module.js';
import {
  type ConnectionLimits,
  type ResolvedLimits,
  resolveLimits,
  wholeNumber,
} from './limits.js';
import { nearestName } from './nearest-name.js';

/** A poller that was chosen and can be made. */
export interface PollerChoice {
  readonly name: string;
  /** Why this one, in a sentence for a log. */
  readonly reason: string;
  create(options: BatchOptions): Poller;
}

/** Everything a server can be told. Times in milliseconds, sizes in bytes, addresses as URLs. */
export interface ServerOptions<In, Out, Context>
  extends ConnectionLimits,
    ListenOptions,
    Omit<BatchOptions, 'lowWatermark'> {
  /** Where to listen: `tcp://127.0.0.1:1833`, `tcp://[::]:0`, `unix:///run/name.sock`. */
  readonly address: string | readonly string[];
  /** What to do with connections, or the URL of a module that says so (see `defineHandler`). */
  readonly handler: Handler<NoInfer<In>, NoInfer<Out>, NoInfer<Context>> | URL;
  /** Bytes to messages and back. Default: bytes as they come. */
  readonly protocol?: Protocol<In, Out>;
  /** Makes the `context` that a connection starts with. Default: undefined. */
  readonly context?: () => Context;
  /** Event loops. This version runs one, on the calling thread. */
  readonly loops?: 1;
  /** Keep a connection open for sending when the peer ends its side. Default false. */
  readonly allowHalfOpen?: boolean;
  /** Where warnings and errors go. Default: stderr. */
  readonly logger?: Logger;
  /** Overwrites input when its batch is over, to show views that were kept. Default false. */
  readonly poisonViews?: boolean;
}

const NAMES: Readonly<Record<keyof ServerOptions<unknown, unknown, unknown>, true>> = {
  address: true,
  handler: true,
  protocol: true,
  context: true,
  loops: true,
  allowHalfOpen: true,
  logger: true,
  poisonViews: true,
  maxInputBuffer: true,
  maxOutputBuffer: true,
  highWatermark: true,
  lowWatermark: true,
  closeTimeout: true,
  backlog: true,
  reusePort: true,
  ipv6Only: true,
  noDelay: true,
  keepAlive: true,
  sendBufferSize: true,
  receiveBufferSize: true,
  inputSize: true,
  outputSize: true,
  readSize: true,
  batch: true,
  maxHandles: true,
};

const BOOLEANS = ['allowHalfOpen', 'poisonViews', 'reusePort', 'ipv6Only', 'noDelay'] as const;
const NUMBERS = { backlog: 1, keepAlive: 0, sendBufferSize: 1, receiveBufferSize: 1 } as const;
const LOGGER = ['debug', 'info', 'warn', 'error'] as const;

/**
 * Checks every option and returns the addresses and the limits that they mean.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION`, `ERR_GEV_INVALID_ADDRESS`
 */
export function checkOptions<In, Out, Context>(
  options: ServerOptions<In, Out, Context>,
): { addresses: Address[]; limits: ResolvedLimits } {
  if (typeof options !== 'object' || options === null) {
    throw invalid('the options are no object: give at least { address, handler }');
  }
  checkNames(options);
  checkTypes({ ...options });
  const { handler, protocol } = options;
  if (!(handler instanceof URL)) assertHandler(handler, 'the handler');
  if (protocol !== undefined) assertProtocol(protocol);
  if (options.logger !== undefined) assertFunctions('logger', options.logger, LOGGER);
  checkBatchOptions(options);
  const given = typeof options.address === 'string' ? [options.address] : options.address;
  if (!Array.isArray(given) || given.length === 0) {
    throw invalid("the option address is missing: give one such as 'tcp://127.0.0.1:1833'");
  }
  return { addresses: given.map(parseAddress), limits: resolveLimits(options) };
}

function checkNames(options: object): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(NAMES, name));
  if (unknown === undefined) return;
  const known = Object.keys(NAMES);
  const near = nearestName(unknown, known);
  const advice = near ? `did you mean '${near}'?` : `the options are ${known.join(', ')}`;
  throw invalid(`there is no option '${unknown}': ${advice}`);
}

function checkTypes(options: Readonly<Record<string, unknown>>): void {
  for (const name of BOOLEANS) {
    const value = options[name];
    if (value === undefined || typeof value === 'boolean') continue;
    throw invalid(`${name} is ${String(value)}: give true or false`);
  }
  for (const [name, least] of Object.entries(NUMBERS)) {
    if (options[name] !== undefined) wholeNumber(name, options[name] as number, least);
  }
  const loops = options['loops'];
  if (loops !== undefined && loops !== 1) {
    throw invalid(
      `loops is ${String(loops)}: this version runs one loop, so leave it out or give 1`,
    );
  }
  const context = options['context'];
  if (context !== undefined && typeof context !== 'function') {
    throw invalid('context is no function: give one that makes the value, such as () => ({})');
  }
}

/** @throws GevError `ERR_GEV_INVALID_OPTION` */
export function assertProtocol(protocol: unknown): void {
  assertFunctions('protocol', protocol, ['unpack', 'pack']);
}

function assertFunctions(option: string, value: unknown, names: readonly string[]): void {
  const missing = names.find(
    (name) => typeof (value as Record<string, unknown> | null)?.[name] !== 'function',
  );
  if (missing === undefined) return;
  throw invalid(`${option} has no function ${missing}: it needs ${names.join(', ')}`);
}

function invalid(message: string): GevError<ServerErrorCode> {
  return new GevError('ERR_GEV_INVALID_OPTION', message);
}
