export type { ServerErrorCode } from './error-codes.js';
export { type Application, defineHandler, type HandlerFactory } from './handler-module.js';
export type { ConnectionLimits } from './limits.js';
export { passThrough } from './pass-through.js';
export { type CloseOptions, Server } from './server.js';
export type { PollerChoice, ServerOptions } from './server-options.js';
