import { invalidOption } from './error.js';

/** Passes a whole number on. @throws GevError `ERR_GEV_INVALID_OPTION` for anything else */
export function wholeNumber(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw invalidOption(name, value, `a whole number from ${least} on`);
}

/** Passes a limit on: a whole number from 1 on, or infinity. @throws as {@link wholeNumber} */
export function limit(name: string, value: number): number {
  return value === Number.POSITIVE_INFINITY ? value : wholeNumber(name, value, 1);
}
