/**
 * A timer that runs later than this, in milliseconds, runs after a stall of the thread. Timers come
 * before sockets then: what arrived meanwhile has not been read yet, and no peer may be blamed for it.
 */
export const STALL = 20;
