import {
  type EventLoop,
  GevError,
  type Handler,
  messageOf,
  type Protocol,
  printable,
} from '@gev/core';
import type { ServerErrorCode } from './error-codes.js';

/** A handler with the protocol that it belongs to, as plugins hand them over. */
export interface Application<In, Out, Context> {
  readonly handler: Handler<In, Out, Context>;
  readonly protocol?: Protocol<In, Out>;
  /** Makes the `context` that a connection starts with. Default: undefined. */
  readonly context?: () => Context;
}

/** Called once in each loop; what a handler module exports as its default. */
export type HandlerFactory<
  In = Uint8Array,
  Out = Uint8Array | string,
  Context = unknown,
  Data = undefined,
> = (loop: EventLoop, data: Data) => Handler<In, Out, Context> | Application<In, Out, Context>;

declare const types: unique symbol;

/** The URL of a handler module that knows the module's types. At run time a URL and nothing else. */
export interface HandlerModule<In, Out, Context, Data> extends URL {
  readonly [types]?: HandlerFactory<In, Out, Context, Data>;
}

/**
 * Gives the URL of a handler module the module's types, so that the option `data`, `server.send`
 * and `server.broadcast` are checked; returns it as it is.
 *
 * @example
 * handlerModule<typeof import('./chat.js')>(new URL('./chat.js', import.meta.url))
 */
export function handlerModule<Module>(url: URL): TypedUrl<Module> {
  return url as TypedUrl<Module>;
}

type TypedUrl<Module> = Module extends {
  default: HandlerFactory<infer In, infer Out, infer Context, infer Data>;
}
  ? HandlerModule<In, Out, Context, Data>
  : never;

/**
 * Gives the default export of a handler module its types; returns it as it is.
 *
 * @example
 * export default defineHandler((loop) => ({ onMessage: (c, data) => data }));
 */
export function defineHandler<
  In = Uint8Array,
  Out = Uint8Array | string,
  Context = unknown,
  Data = undefined,
>(factory: HandlerFactory<In, Out, Context, Data>): HandlerFactory<In, Out, Context, Data> {
  return factory;
}

/**
 * Loads a handler module and calls its default export for `loop`.
 *
 * @throws GevError (rejects with) `ERR_GEV_HANDLER_MODULE`
 */
export async function loadHandlerModule<In, Out, Context>(
  url: URL,
  loop: EventLoop,
  data: unknown,
): Promise<Application<In, Out, Context>> {
  const module = await importModule(url);
  // Imported from CommonJS, `default` is the whole of module.exports.
  const exported = unwrapDefault(unwrapDefault(module));
  if (typeof exported !== 'function') {
    throw failure(url, 'it has no function as its default export: use defineHandler()');
  }
  const made: unknown = callFactory(url, exported as AnyFactory, loop, data);
  const application = isRecord(made) && 'handler' in made ? made : { handler: made };
  assertHandler(application['handler'], `the handler of ${url.href}`);
  assertContext(application['context']);
  return application as unknown as Application<In, Out, Context>;
}

const CALLBACKS = ['onConnect', 'onClose', 'onClosing', 'onDrain', 'onEnd', 'onError'] as const;

/** @throws GevError `ERR_GEV_INVALID_OPTION` when `handler` has no `onMessage` function */
export function assertHandler(handler: unknown, what: string): void {
  if (isRecord(handler) && typeof handler['onMessage'] === 'function') {
    const wrong = CALLBACKS.find(
      (name) => handler[name] !== undefined && typeof handler[name] !== 'function',
    );
    if (wrong === undefined) return;
    throw new GevError<ServerErrorCode>(
      'ERR_GEV_INVALID_OPTION',
      `${wrong} of ${what} is ${printable(handler[wrong])}: give a function or leave it out`,
    );
  }
  throw new GevError<ServerErrorCode>(
    'ERR_GEV_INVALID_OPTION',
    `${what} has no onMessage function: give an object such as { onMessage: (c, data) => data }`,
  );
}

/** @throws GevError `ERR_GEV_INVALID_OPTION` when `context` is there and no function */
export function assertContext(context: unknown): void {
  if (context === undefined || typeof context === 'function') return;
  throw new GevError<ServerErrorCode>(
    'ERR_GEV_INVALID_OPTION',
    'context is no function: give one that makes the value, such as () => ({})',
  );
}

async function importModule(url: URL): Promise<unknown> {
  try {
    return await import(url.href);
  } catch (cause) {
    throw failure(url, messageOf(cause), cause);
  }
}

type AnyFactory = (loop: EventLoop, data: unknown) => unknown;

function callFactory(url: URL, factory: AnyFactory, loop: EventLoop, data: unknown): unknown {
  try {
    return factory(loop, data);
  } catch (cause) {
    throw failure(url, messageOf(cause), cause);
  }
}

function unwrapDefault(module: unknown): unknown {
  return isRecord(module) && 'default' in module ? module['default'] : module;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function failure(url: URL, why: string, cause?: unknown): GevError<ServerErrorCode> {
  return new GevError(
    'ERR_GEV_HANDLER_MODULE',
    `the handler module ${url.href} could not be loaded: ${why}`,
    { cause },
  );
}
