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
