import { describe, expect, it } from 'vitest';
import { powersBetween } from '../../src/page/powers.js';

describe('the labels of an axis by powers of ten', () => {
  it.each([
    ['all where there is room', 1e-6, 1e-3, 8, [1e-6, 1e-5, 1e-4, 1e-3]],
    ['each second where there is less', 1e-8, 10, 5, [1e-7, 1e-5, 1e-3, 1e-1, 10]],
    ['the ends where there is none', 1e-6, 1e-3, 0, [1e-6, 1e-3]],
  ])('are %s', (_when, least, most, room, powers) => {
    const shown = powersBetween(least, most, room);
    expect(shown).toHaveLength(powers.length);
    for (const [i, power] of powers.entries()) expect(shown[i]).toBeCloseTo(power, 12);
  });
});
