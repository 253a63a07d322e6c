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

/**
 * A list of texts of which each one is as it has to be. A bare text is none: to look for something in it
 * would find parts.
 *
 * @param allowed what each one has to be, such as `tokens`
 * @throws GevError `ERR_GEV_INVALID_OPTION`
 */
export function texts(
  name: string,
  value: readonly string[],
  isAllowed: (text: string) => boolean,
  allowed: string,
): readonly string[] {
  if (!Array.isArray(value)) throw invalidOption(name, value, `an array of ${allowed}`);
  const wrong = value.findIndex((text) => typeof text !== 'string' || !isAllowed(text));
  if (wrong === -1) return value;
  throw invalidOption(`one of ${name}`, value[wrong], allowed);
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
