import { availableParallelism } from 'node:os';
import {
  type Address,
  type BatchOptions,
  checkBatchOptions,
  GevError,
  type ListenOptions,
  type LoadBalancer,
  parseAddress,
  printable,
} from '@gev/core';
import { resolveBalancer } from '@gev/loop';
import type { ServerErrorCode } from './error-codes.js';
import { assertContext, assertHandler } from './handler-module.js';
import { resolveIdle, resolveLimits, wholeNumber } from './limits.js';
import { nearestName } from './nearest-name.js';
import { resolveResources } from './resource-limits.js';
import type { LoopSettings, ServerOptions } from './server-options.js';

const NAMES: Readonly<Record<keyof ServerOptions<unknown, unknown, unknown, unknown>, true>> = {
  address: true,
  handler: true,
  protocol: true,
  context: true,
  data: true,
  loops: true,
  balancer: true,
  maxConnections: true,
  maxConnectionsPerAddress: true,
  timerTick: true,
  resourceLimits: true,
  idleTimeout: true,
  allowHalfOpen: true,
  logger: true,
  metrics: true,
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

/** More than any machine has processors. */
const MOST_LOOPS = 1024;

const BOOLEANS = ['allowHalfOpen', 'poisonViews', 'reusePort', 'ipv6Only', 'noDelay'] as const;
const NUMBERS = { backlog: 1, keepAlive: 0, sendBufferSize: 1, receiveBufferSize: 1 } as const;
const COLLECTOR = ['start', 'close'] as const;
const LOGGER = ['debug', 'info', 'warn', 'error'] as const;

/** What the options mean. */
export interface CheckedOptions {
  readonly addresses: readonly Address[];
  readonly loops: number;
  readonly balancer: LoadBalancer;
  readonly settings: LoopSettings;
}

/**
 * Checks every option and returns what they mean.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION`, `ERR_GEV_INVALID_ADDRESS`
 */
export function checkOptions<In, Out, Context, Data>(
  options: ServerOptions<In, Out, Context, Data>,
): CheckedOptions {
  if (typeof options !== 'object' || options === null) {
    throw invalid('the options are no object: give at least { address, handler }');
  }
  checkKnown(options, NAMES);
  checkTypes({ ...options });
  const { handler, protocol } = options;
  if (!(handler instanceof URL)) assertHandler(handler, 'the handler');
  if (protocol !== undefined) assertProtocol(protocol);
  if (options.logger !== undefined) assertFunctions('logger', options.logger, LOGGER);
  if (options.metrics !== undefined) assertFunctions('metrics', options.metrics, COLLECTOR);
  const given = typeof options.address === 'string' ? [options.address] : options.address;
  if (!Array.isArray(given) || given.length === 0) {
    throw invalid("the option address is missing: give one such as 'tcp://127.0.0.1:1833'");
  }
  return {
    addresses: given.map(parseAddress),
    loops: loopsOf(options),
    balancer: resolveBalancer(options.balancer ?? 'round-robin'),
    settings: settingsOf(options),
  };
}

function settingsOf<In, Out, Context, Data>(
  options: ServerOptions<In, Out, Context, Data>,
): LoopSettings {
  checkBatchOptions(options);
  const limits = resolveLimits(options);
  return {
    limits,
    idle: resolveIdle(options.idleTimeout),
    listen: listenOptionsOf(options),
    sizes: { ...sizesOf(options), lowWatermark: limits.lowWatermark },
    allowHalfOpen: options.allowHalfOpen ?? false,
    poisonViews: options.poisonViews ?? false,
    isCollected: options.metrics !== undefined,
    timerTick: wholeNumber('timerTick', options.timerTick ?? 1, 1),
    resourceLimits: resolveResources(options.resourceLimits),
    maxConnections: atMost('maxConnections', options.maxConnections),
    maxConnectionsPerAddress: atMost('maxConnectionsPerAddress', options.maxConnectionsPerAddress),
  };
}

/** What crosses threads must be data: with several loops, functions come from the module. */
function loopsOf<In, Out, Context, Data>(options: ServerOptions<In, Out, Context, Data>): number {
  const { loops = 1, handler } = options;
  const count = loops === 'auto' ? availableParallelism() : loops;
  if (!Number.isSafeInteger(count) || count < 1 || count > MOST_LOOPS) {
    throw invalid(
      `loops is ${printable(loops)}: give 'auto' or a whole number from 1 to ${MOST_LOOPS}`,
    );
  }
  if (loops === 1) return 1;
  if (!(handler instanceof URL)) {
    throw invalid(
      `loops is ${loops} and the handler is an object, which cannot go to another thread: give ` +
        "the URL of a module, new URL('./handler.js', import.meta.url), whose default export is " +
        'made by defineHandler()',
    );
  }
  for (const name of ['protocol', 'context'] as const) {
    if (options[name] === undefined) continue;
    throw invalid(
      `loops is ${loops} and ${name} cannot go to another thread: return { handler, ${name} } ` +
        'from the handler module',
    );
  }
  return count;
}

function atMost(name: string, value: number | undefined): number {
  return value === undefined ? Number.POSITIVE_INFINITY : wholeNumber(name, value, 1);
}

const LISTEN_NAMES = [
  'backlog',
  'reusePort',
  'ipv6Only',
  'noDelay',
  'keepAlive',
  'sendBufferSize',
  'receiveBufferSize',
] as const;
const SIZE_NAMES = ['inputSize', 'outputSize', 'readSize', 'batch', 'maxHandles'] as const;

function listenOptionsOf(options: ListenOptions): ListenOptions {
  return pick(options, LISTEN_NAMES);
}

function sizesOf(options: BatchOptions): BatchOptions {
  return pick(options, SIZE_NAMES);
}

/** The named options that are set. */
function pick<Options extends object>(
  options: Options,
  names: readonly (keyof Options)[],
): Options {
  const set = names.filter((name) => options[name] !== undefined);
  return Object.fromEntries(set.map((name) => [name, options[name]])) as Options;
}

/** @throws GevError `ERR_GEV_INVALID_OPTION` for a name that is not in the table */
export function checkKnown(options: object, names: Readonly<Record<string, true>>): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(names, name));
  if (unknown === undefined) return;
  const known = Object.keys(names);
  const near = nearestName(unknown, known);
  const advice = near ? `did you mean '${near}'?` : `the options are ${known.join(', ')}`;
  throw invalid(`there is no option '${unknown}': ${advice}`);
}

/** @throws GevError `ERR_GEV_INVALID_OPTION` where one is given and neither true nor false */
export function checkFlags(
  options: Readonly<Record<string, unknown>>,
  names: readonly string[],
): void {
  for (const name of names) {
    const value = options[name];
    if (value === undefined || typeof value === 'boolean') continue;
    throw invalid(`${name} is ${printable(value)}: give true or false`);
  }
}

function checkTypes(options: Readonly<Record<string, unknown>>): void {
  checkFlags(options, BOOLEANS);
  for (const [name, least] of Object.entries(NUMBERS)) {
    if (options[name] !== undefined) wholeNumber(name, options[name] as number, least);
  }
  assertContext(options['context']);
}

/** @throws GevError `ERR_GEV_INVALID_OPTION` */
export function assertProtocol(protocol: unknown): void {
  assertFunctions('protocol', protocol, ['unpack', 'pack']);
}

/** @throws GevError `ERR_GEV_INVALID_OPTION` */
export function assertFunctions(option: string, value: unknown, names: readonly string[]): void {
  const missing = names.find(
    (name) => typeof (value as Record<string, unknown> | null)?.[name] !== 'function',
  );
  if (missing === undefined) return;
  throw invalid(`${option} has no function ${missing}: it needs ${names.join(', ')}`);
}

function invalid(message: string): GevError<ServerErrorCode> {
  return new GevError('ERR_GEV_INVALID_OPTION', message);
}
