/** One loop at one moment. Counters count since the server's start. */
export interface LoopSample {
  /** Open now. */
  readonly connections: number;
  readonly opened: number;
  readonly closed: number;
  readonly messagesIn: number;
  readonly messagesOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** The part of the last second that its thread worked, 0 to 1. */
  readonly busy: number;
  /** How late its thread was at most in the last second, in seconds. */
  readonly lag: number;
  readonly readPauses: number;
  readonly acceptErrors: number;
  readonly restarts: number;
}

/** A server at one moment. */
export interface Sample {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** In the order of the loops' ids. */
  readonly loops: readonly LoopSample[];
  /** The thread that accepts for all loops; absent where the loops do it themselves. */
  readonly server?: LoopSample;
  /** Connections of all loops that were closed, by reason; only reasons that there were. */
  readonly closedBy: Readonly<Record<string, number>>;
  /**
   * How long handlers took, of the messages that were timed: for each upper bound in seconds (null:
   * no bound) how many took at most that long. Empty before the first.
   */
  readonly handlerTime: readonly (readonly [bound: number | null, count: number])[];
}

/** What `/feed` answers: the last ten minutes at most, oldest first. */
export interface Feed {
  /** Milliseconds from one sample to the next. */
  readonly interval: number;
  readonly samples: readonly Sample[];
}
