import { GevError } from './error.js';

/**
 * For the `pack` of a protocol that sends bytes: fails for what is none, before its `length` (of an
 * array, of wider numbers) stands in a header. Costs next to nothing where the value is right.
 *
 * @throws GevError `ERR_GEV_HANDLER` for anything but a Uint8Array, such as a Buffer; one of another
 * realm (`node:vm`) is one, too
 */
export function assertBytes(value: unknown): asserts value is Uint8Array {
  if (value instanceof Uint8Array) return;
  const type = typeOf(value);
  // A realm has a Uint8Array of its own, and so has what a test runner evaluates.
  if (type === 'Uint8Array' && ArrayBuffer.isView(value)) return;
  throw new GevError(
    'ERR_GEV_HANDLER',
    `a value of type ${type} is no bytes: give a Uint8Array; Buffer.from(value) makes one of a text, ` +
      'an array or an ArrayBuffer, and a promise has to be awaited',
  );
}

function typeOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}
