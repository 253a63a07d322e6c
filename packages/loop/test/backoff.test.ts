import { describe, expect, it } from 'vitest';
import { Backoff } from '../src/index.js';

describe('Backoff', () => {
  it('doubles up to its most', () => {
    const backoff = new Backoff({ minDelay: 100, maxDelay: 1000, jitter: 0 });
    const waits = Array.from({ length: 6 }, () => backoff.next());
    expect(waits).toEqual([100, 200, 400, 800, 1000, 1000]);
    expect(backoff.attempts).toBe(6);
  });

  it('begins again after a success', () => {
    const backoff = new Backoff({ minDelay: 100, maxDelay: 1000, jitter: 0 });
    backoff.next();
    backoff.next();
    backoff.reset();
    expect(backoff.next()).toBe(100);
  });

  it('stays finite however often it is asked', () => {
    const backoff = new Backoff({ minDelay: 1, maxDelay: 50, jitter: 0 });
    for (let i = 0; i < 5000; i += 1) expect(backoff.next()).toBeLessThanOrEqual(50);
  });

  it('takes off up to the jitter, as the random source says', () => {
    const options = { minDelay: 100, maxDelay: 100, jitter: 0.5 };
    expect(new Backoff({ ...options, random: () => 0 }).next()).toBe(100);
    expect(new Backoff({ ...options, random: () => 1 }).next()).toBe(50);
  });
});
