/** Shares of the time from which on a loop counts as busy, and as having no room left. */
export const BUSY = 0.7;
export const FULL = 0.9;

/** Seconds that a loop may be late before it is pointed out. */
export const LATE = 0.1;
