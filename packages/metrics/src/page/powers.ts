/**
 * The powers of ten from `least` to `most`, which are such: each, or, counted from the highest where there is
 * no room for so many, each second, third and so on.
 */
export function powersBetween(least: number, most: number, room: number): number[] {
  const bottom = Math.round(Math.log10(least));
  const top = Math.round(Math.log10(most));
  const step = Math.max(1, Math.ceil((top - bottom) / Math.max(room, 1)));
  const count = Math.floor((top - bottom) / step) + 1;
  return Array.from({ length: count }, (_, i) => 10 ** (top - i * step)).reverse();
}
