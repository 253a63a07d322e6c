/** The middle value; of an even number the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/**
 * The median of the ratios turn by turn: what slows the machine for a while slows both sides of a
 * turn and cancels out.
 */
export function pairedRatio(values: readonly number[], bases: readonly number[]): number {
  return median(values.map((value, turn) => value / (bases[turn] ?? Number.NaN)));
}
