export {
  type Address,
  CLOSE_REASONS,
  type CloseReason,
  type Connection,
  defineProtocol,
  type EventLoop,
  GevError,
  type Handler,
  isGevError,
  type Logger,
  type Protocol,
  protocolError,
  type ReadBuffer,
  type SendOptions,
  type Timer,
  type WriteBuffer,
} from '@gev/core';
export {
  type Application,
  type CloseOptions,
  defineHandler,
  type HandlerFactory,
  type PollerChoice,
  passThrough,
  Server,
  type ServerOptions,
} from '@gev/server';
export { choosePoller, POLLER_NAMES, type PollerName } from './choose-poller.js';
export { createServer } from './create-server.js';
export type { ErrorCode } from './error-codes.js';
