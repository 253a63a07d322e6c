export { Backoff, type BackoffOptions } from './backoff.js';
export {
  BALANCER_NAMES,
  type BalancerChoice,
  type BalancerName,
  customBalancer,
  leastConnections,
  type PickLoop,
  random,
  resolveBalancer,
  roundRobin,
  sourceHash,
} from './balancers/index.js';
export type { AcceptorChannel, Arrivals, Channel } from './channel.js';
export { LoopBoard } from './loop-board.js';
export { Outbox } from './outbox.js';
export { type Letter, PostOffice, SERVER } from './post-office.js';
export { ReactorLoop, type ReactorLoopOptions } from './reactor-loop.js';
export { Timers, type TimersOptions } from './timers.js';
export { TimingWheel, type TimingWheelOptions } from './timing-wheel.js';
export type { WheelTimer } from './wheel-timer.js';
