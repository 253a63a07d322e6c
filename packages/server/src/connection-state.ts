/** Drawn as a diagram in ARCHITECTURE.md, "The close sequence". */
export const State = {
  /** Messages are delivered and sent. */
  open: 0,
  /** What is unsent leaves; input is discarded until the peer's end. */
  closing: 1,
  /** The handle is gone; `onClose` is about to run. */
  closed: 2,
  /** `onClose` has run. */
  over: 3,
} as const;

/**
 * What is true of a connection beside its state. Bits of one number: as fields of their own they
 * would be a fifth of what an idle connection weighs.
 */
export const Flag = {
  /** Who wants reading to pause; reading goes on when nobody does. */
  pausedByUser: 1 << 0,
  pausedByBacklog: 1 << 1,
  /** `onConnect` was called, so `onClose` will be. */
  greeted: 1 << 2,
  peerEnded: 1 << 3,
  /** `onEnd` was called. */
  endTold: 1 << 4,
  /** `shutdownWrite` was called. */
  writeEnded: 1 << 5,
  /** `send` returned false, or will: `onDrain` is owed. */
  needsDrain: 1 << 6,
  /** The server stops, and the handler has yet to say what is under way. */
  pausedByStop: 1 << 7,
} as const;

/** Set when anybody wants reading to pause. */
export const PAUSED = Flag.pausedByUser | Flag.pausedByBacklog | Flag.pausedByStop;
