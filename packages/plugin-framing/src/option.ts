import { printable } from '@gev/core';
import { invalidOption } from './error.js';

/** The largest whole frame by default, in bytes: what a connection's `maxInputBuffer` lets come. */
export const DEFAULT_FRAME = 1024 * 1024;

/** The longest frame by default, in bytes, of those that have to be searched for their end. */
export const DEFAULT_SEARCH = 64 * 1024;

/** @throws GevError `ERR_GEV_INVALID_OPTION` for what is no object, or a name not in the list */
export function checkNames(options: object, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw invalidOption(`the options are ${printable(options)}: give an object, or leave them out`);
  }
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw invalidOption(`there is no option '${unknown}': the options are ${names.join(', ')}`);
}

/** Passes a whole number on. @throws GevError `ERR_GEV_INVALID_OPTION` for anything else */
export function wholeNumber(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw invalidOption(`${name} is ${printable(value)}: give a whole number from ${least} on`);
}

/** Passes a flag on. @throws GevError `ERR_GEV_INVALID_OPTION` for anything else */
export function flag(name: string, value: boolean): boolean {
  return oneOf(name, value, [true, false]);
}

/** Passes a value on that is one of `allowed`. @throws GevError `ERR_GEV_INVALID_OPTION` */
export function oneOf<Value>(name: string, value: Value, allowed: readonly Value[]): Value {
  if (allowed.includes(value)) return value;
  const all = allowed.map(printable).join(', ');
  throw invalidOption(`${name} is ${printable(value)}: give one of ${all}`);
}
