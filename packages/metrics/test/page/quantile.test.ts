import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Buckets, bucketsSince, quantile } from '../../src/page/quantile.js';

/** 50 up to 1, 40 more up to 2, 9 more up to 4, one above. */
const BUCKETS: Buckets = [
  [1, 50],
  [2, 90],
  [4, 99],
  [null, 100],
];

describe('quantile', () => {
  it.each([
    [0.25, 0.5],
    [0.5, 1],
    [0.7, 1.5],
    [0.9, 2],
    [0.99, 4],
    [0.999, 4],
    [1, 4],
  ])('finds where %d of all lie below', (share, value) => {
    expect(quantile(share, BUCKETS)).toBeCloseTo(value, 10);
  });

  it('is not known when nothing was counted', () => {
    expect(quantile(0.5, [])).toBeNull();
    expect(
      quantile(0.5, [
        [1, 0],
        [null, 0],
      ]),
    ).toBeNull();
  });

  it('is nothing but the bound when there is no other', () => {
    expect(quantile(0.5, [[null, 3]])).toBeNull();
  });

  it('passes over empty buckets', () => {
    expect(
      quantile(0.5, [
        [1, 0],
        [2, 0],
        [3, 4],
        [null, 4],
      ]),
    ).toBeCloseTo(2.5, 10);
  });

  it('lies in the bucket of the value, and grows with the share', () => {
    const bounds = [0.001, 0.002, 0.005, 0.01, 0.1];
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 0.1, noNaN: true }), { minLength: 1 }),
        (all) => {
          const sorted = all.toSorted((a, b) => a - b);
          const rows: Buckets = [
            ...bounds.map((bound) => [bound, all.filter((v) => v <= bound).length] as const),
            [null, all.length],
          ];
          let last = 0;
          for (const share of [0.5, 0.9, 0.99, 0.999]) {
            const found = quantile(share, rows)!;
            const value = sorted[Math.ceil(share * all.length) - 1]!;
            const at = bounds.findIndex((bound) => value <= bound);
            expect(found).toBeLessThanOrEqual(bounds[at]!);
            expect(found).toBeGreaterThanOrEqual(bounds[at - 1] ?? 0);
            expect(found).toBeGreaterThanOrEqual(last);
            last = found;
          }
        },
      ),
    );
  });
});

describe('bucketsSince', () => {
  it('counts what came since', () => {
    const before: Buckets = [
      [1, 10],
      [2, 20],
      [4, 20],
      [null, 20],
    ];
    expect(bucketsSince(BUCKETS, before)).toEqual([
      [1, 40],
      [2, 70],
      [4, 79],
      [null, 80],
    ]);
  });

  it('takes all when the counting began anew, or had not begun', () => {
    expect(
      bucketsSince(BUCKETS, [
        [1, 60],
        [2, 90],
        [4, 99],
        [null, 100],
      ]),
    ).toBe(BUCKETS);
    expect(bucketsSince(BUCKETS, undefined)).toBe(BUCKETS);
    expect(bucketsSince(BUCKETS, [])).toBe(BUCKETS);
  });
});
