import type { ReactorLoop, WheelTimer } from '@gev/loop';

/**
 * A timer that runs later than this, in milliseconds, runs after a stall of the thread. Timers come
 * before sockets then: what arrived meanwhile has not been read yet, and no peer may be blamed for it.
 */
export const STALL = 20;

/**
 * Runs `task` in `delay` milliseconds, as a time-out that a peer has to meet. Where a stall of the thread made
 * that late, the peer has `respite` milliseconds more, once.
 */
export function runAtTimeout(
  loop: ReactorLoop,
  delay: number,
  respite: number,
  task: () => void,
): WheelTimer {
  let deadline = loop.now + delay;
  const timer = loop.runAfter(delay, () => {
    if (loop.now - deadline <= STALL) {
      task();
    } else {
      deadline = Number.POSITIVE_INFINITY;
      loop.rearm(timer, respite);
    }
  });
  return timer;
}
