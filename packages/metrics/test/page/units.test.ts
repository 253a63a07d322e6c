import { describe, expect, it } from 'vitest';
import { bytesPerSecond, count, percent, perSecond, seconds, text } from '../../src/page/units.js';

const inFull = ({ number, unit }: { number: string; unit: string }) => `${number} ${unit}`.trim();

describe('units of the page', () => {
  it.each([
    [0, '0'],
    [7, '7'],
    [12_345, '12,345'],
    [999_999, '999,999'],
    [1_234_567, '1.23 M'],
  ])('counts %d as %s', (value, written) => {
    expect(inFull(count(value))).toBe(written);
  });

  it.each([
    [0, '0 /s'],
    [0.34, '0.3 /s'],
    [3, '3 /s'],
    [9.97, '10 /s'],
    [999.4, '999 /s'],
    [999.5, '1.00 k/s'],
    [1_204, '1.20 k/s'],
    [12_040, '12.0 k/s'],
    [999_600, '1.00 M/s'],
    [1_204_000, '1.20 M/s'],
    [5e15, '5000 T/s'],
  ])('writes %d a second as %s', (value, written) => {
    expect(inFull(perSecond(value))).toBe(written);
  });

  it('writes bytes in powers of ten', () => {
    expect(inFull(bytesPerSecond(76_830_000))).toBe('76.8 MB/s');
    expect(inFull(bytesPerSecond(512))).toBe('512 B/s');
  });

  it.each([
    [0, '0 ms'],
    [83e-9, '83.0 ns'],
    [1e-6, '1.00 µs'],
    [9.87e-6, '9.87 µs'],
    [999.7e-6, '1.00 ms'],
    [0.1437, '144 ms'],
    [0.9999, '1.00 s'],
    [75, '75.0 s'],
  ])('writes %d seconds as %s', (value, written) => {
    expect(inFull(seconds(value))).toBe(written);
  });

  it('writes a share as percent', () => {
    expect(inFull(percent(0.374))).toBe('37 %');
    expect(inFull(percent(1))).toBe('100 %');
  });

  it('writes a dash for what is not known', () => {
    for (const format of [count, perSecond, bytesPerSecond, seconds, percent]) {
      expect(inFull(format(null))).toBe('–');
    }
  });

  it('leaves out zeros that say nothing, on axes', () => {
    expect(text(perSecond(1_000_000))).toBe('1 M/s');
    expect(text(perSecond(250_000))).toBe('250 k/s');
    expect(text(perSecond(1_500))).toBe('1.5 k/s');
    expect(text(count(1_000))).toBe('1,000');
  });
});
