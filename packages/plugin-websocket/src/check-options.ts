import { invalidOption } from './error-codes.js';

const LARGEST = 2 ** 31 - 1;

/** @throws GevError `ERR_GEV_INVALID_OPTION` unless it is a whole number from `least` to `most` */
export function wholeNumber(name: string, value: number, least: number, most = LARGEST): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw invalidOption(name, value, `a whole number from ${least} to ${most}`);
}

/** @throws GevError `ERR_GEV_INVALID_OPTION` for anything but true and false */
export function flag(name: string, value: boolean): boolean {
  if (typeof value === 'boolean') return value;
  throw invalidOption(name, value, 'true or false');
}

/** @throws GevError `ERR_GEV_INVALID_OPTION` for what is there and no function */
export function functions(options: object, names: readonly string[]): void {
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name) || value === undefined || typeof value === 'function') continue;
    throw invalidOption(name, value, 'a function, or leave it out');
  }
}

/** @throws GevError `ERR_GEV_INVALID_OPTION` for a name that is not among `names` */
export function known(options: object, names: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw invalidOption('an option', unknown, `one of ${names.join(', ')}`);
}
