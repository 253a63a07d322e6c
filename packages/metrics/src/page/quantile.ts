/** Rows of a Prometheus histogram: an upper bound (`null`: none) and how many are not above it. */
export type Buckets = ReadonlyArray<readonly [upperBound: number | null, cumulativeCount: number]>;

/** What was counted since `before`; all of `now` when the counting began anew between the two. */
export function bucketsSince(now: Buckets, before: Buckets | undefined): Buckets {
  if (before?.length !== now.length) return now;
  if (now.some(([, count], i) => count < before[i]![1])) return now;
  return now.map(([bound, count], i) => [bound, count - before[i]![1]]);
}

/**
 * The value under which a share of all lies, `null` when nothing was counted. Within a bucket it is
 * interpolated, and what lies above the last bound counts as that bound: the same as Prometheus'
 * histogram_quantile.
 */
export function quantile(share: number, buckets: Buckets): number | null {
  const total = buckets.at(-1)?.[1] ?? 0;
  if (total === 0) return null;
  const rank = share * total;
  let lower: number | null = null;
  let below = 0;
  for (const [upper, upTo] of buckets) {
    if (upper === null) break;
    if (upTo >= rank) {
      const start = lower ?? 0;
      return start + ((upper - start) * (rank - below)) / (upTo - below);
    }
    lower = upper;
    below = upTo;
  }
  return lower;
}
