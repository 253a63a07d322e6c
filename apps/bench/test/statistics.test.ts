import { describe, expect, it } from 'vitest';
import { median, pairedRatio } from '../src/statistics.js';
import { formatNumber, formatTable } from '../src/table.js';

describe('statistics', () => {
  it('takes the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  it('compares turn by turn', () => {
    expect(pairedRatio([2, 20, 6], [1, 10, 2])).toBe(2);
    expect(pairedRatio([1], [])).toBeNaN();
  });
});

describe('table', () => {
  it('lines columns up', () => {
    const rows = [
      ['a', formatNumber(1234.5, 1)],
      ['bb', formatNumber(Number.NaN)],
    ];
    expect(formatTable(['peer', 'n'], rows)).toBe('peer        n\na     1,234.5\nbb          -');
  });
});
