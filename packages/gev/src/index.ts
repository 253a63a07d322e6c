export {
  type Address,
  type BroadcastFilter,
  CLOSE_REASONS,
  type CloseReason,
  type Connection,
  defineProtocol,
  type EventLoop,
  GevError,
  type Handler,
  isGevError,
  type LoadBalancer,
  type Logger,
  type LoopLoad,
  type LoopReference,
  type Protocol,
  protocolError,
  type ReadBuffer,
  type SendOptions,
  type Timer,
  type WriteBuffer,
} from '@gev/core';
export { BALANCER_NAMES, type BalancerChoice, type BalancerName } from '@gev/loop';
export {
  type Application,
  type CloseOptions,
  type ConnectionLimits,
  defineHandler,
  type HandlerFactory,
  type HandlerModule,
  handlerModule,
  type IdleTimeouts,
  type LoopExit,
  type PollerChoice,
  type PollerSource,
  passThrough,
  Server,
  type ServerEvents,
  type ServerOptions,
} from '@gev/server';
export { choosePoller, POLLER_NAMES, type PollerName } from './choose-poller.js';
export { createServer } from './create-server.js';
export type { ErrorCode } from './error-codes.js';
