export type { AcceptorChannel, Channel } from './channel.js';
export { Outbox } from './outbox.js';
export { ReactorLoop, type ReactorLoopOptions } from './reactor-loop.js';
export { Timers } from './timers.js';
