/** A number as it is read, and its unit, which is set smaller. */
export interface Quantity {
  readonly number: string;
  readonly unit: string;
}

/** How a kind of value is written; `null` is a value that is not known. */
export type Format = (value: number | null) => Quantity;

const UNKNOWN: Quantity = { number: '–', unit: '' };

const THOUSANDS = ['', 'k', 'M', 'G', 'T'];

const SECONDS = [
  [1e-6, 'ns', 1e-9],
  [1e-3, 'µs', 1e-6],
  [1, 'ms', 1e-3],
  [Infinity, 's', 1],
] as const;

/** Three digits that count: 1.23, 12.3, 123. */
function threeDigits(value: number): string {
  if (value === 0) return '0';
  return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

function scaled(value: number, unit: string): Quantity {
  let rest = value;
  let step = 0;
  // 999.6 is 1.00 of the next, not 1000 of this.
  while (rest >= 999.5 && step < THOUSANDS.length - 1) {
    rest /= 1000;
    step += 1;
  }
  const number =
    step === 0 ? rest.toFixed(rest < 9.95 && rest % 1 !== 0 ? 1 : 0) : threeDigits(rest);
  return { number, unit: `${THOUSANDS[step]}${unit}` };
}

/** How many there are: to the last one under a million. */
export const count: Format = (value) => {
  if (value === null) return UNKNOWN;
  return value < 1e6
    ? { number: Math.round(value).toLocaleString('en'), unit: '' }
    : scaled(value, '');
};

/** How many a second. */
export const perSecond: Format = (value) => (value === null ? UNKNOWN : scaled(value, '/s'));

/** Bytes a second, in powers of ten. */
export const bytesPerSecond: Format = (value) => (value === null ? UNKNOWN : scaled(value, 'B/s'));

/** Seconds. */
export const seconds: Format = (value) => {
  if (value === null) return UNKNOWN;
  if (value === 0) return { number: '0', unit: 'ms' };
  // 999.6 µs is 1.00 ms.
  const [, unit, one] = SECONDS.find(([under]) => value * 1.0005 < under)!;
  return { number: threeDigits(value / one), unit };
};

/** A share of one. */
export const percent: Format = (value) =>
  value === null ? UNKNOWN : { number: String(Math.round(value * 100)), unit: '%' };

/** In one piece, with no more digits than it needs: `1.2 MB/s`. */
export function text({ number, unit }: Quantity): string {
  const short = number.includes('.') ? number.replace(/\.?0+$/, '') : number;
  return unit === '' ? short : `${short} ${unit}`;
}

/** A time of day; milliseconds since 1970. */
export function clockTime(time: number): string {
  return new Date(time).toLocaleTimeString('en', { hourCycle: 'h23' });
}
