export { Client } from './client/client.js';
export type { ConnectOptions, RetryOptions } from './client/client-options.js';
export type { ServerErrorCode } from './error-codes.js';
export {
  type Application,
  defineHandler,
  type HandlerFactory,
  type HandlerModule,
  handlerModule,
} from './handler-module.js';
export type { IdleTimeouts } from './idle-watch.js';
export type { ConnectionLimits } from './limits.js';
export { passThrough } from './pass-through.js';
export { type CloseOptions, type LoopExit, Server, type ServerEvents } from './server.js';
export type { PollerChoice, PollerSource, ServerOptions } from './server-options.js';
export { ConnectionStream } from './views/connection-stream.js';
export { duplexHandler } from './views/duplex-handler.js';
export { iterableHandler } from './views/iterable-handler.js';
