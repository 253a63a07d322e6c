/** What a client may send at most. */
export interface RequestLimits {
  /** Arguments of one request, its name among them. */
  readonly maxArguments: number;
  /** Bytes of one argument. */
  readonly maxBulk: number;
  /** Bytes of a request that is typed as a line. */
  readonly maxInline: number;
}

export interface RespLimits extends RequestLimits {
  /**
   * Bytes of one reply: one request may name a large value a million times. A client is told an error
   * in place of a larger reply, which is never packed.
   */
  readonly maxReply: number;
}

/**
 * Redis has the same caps for requests, two of them larger. It bounds replies by
 * `client-output-buffer-limit`, which is off for clients like these, and ends the connection.
 */
export const DEFAULT_LIMITS: RespLimits = {
  maxArguments: 1024 * 1024,
  maxBulk: 8 * 1024 * 1024,
  maxInline: 64 * 1024,
  // With what may wait before it (`highWatermark`, 1 MiB) no more than `maxOutputBuffer`, 16 MiB.
  maxReply: 15 * 1024 * 1024,
};
