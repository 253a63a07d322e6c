/** What a client may send at most. Redis has the same caps, with larger values for two of them. */
export interface RespLimits {
  /** Arguments of one request, its name among them. */
  readonly maxArguments: number;
  /** Bytes of one argument. */
  readonly maxBulk: number;
  /** Bytes of a request that is typed as a line. */
  readonly maxInline: number;
}

export const DEFAULT_LIMITS: RespLimits = {
  maxArguments: 1024 * 1024,
  maxBulk: 8 * 1024 * 1024,
  maxInline: 64 * 1024,
};
