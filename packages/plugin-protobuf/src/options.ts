import { printable } from '@gev/core';
import { invalidOption } from './error.js';

/** What both protocols can be told. */
export interface ProtobufOptions {
  /**
   * Bytes of the largest frame, without its length field. More from a peer is a protocol error, at
   * once; more is not sent, for a peer with the same options would refuse it. Default: what fits into a
   * server's default `maxInputBuffer` of 1 MiB, length included.
   */
  readonly maxFrameLength?: number;
  /**
   * What fields of type `bytes` are: copies of their own, or (`view`) views of what was received,
   * valid until the handler returns. Default `copy`.
   */
  readonly bytes?: 'copy' | 'view';
  /** Hands over what was received undecoded, with a `decode()`. Default false. */
  readonly lazy?: boolean;
}

const MiB = 1024 * 1024;
const LARGEST = 2 ** 31 - 1;
const NAMES = ['maxFrameLength', 'bytes', 'lazy'];
const BYTES: readonly unknown[] = ['copy', 'view'];

/**
 * The options with every default filled in.
 *
 * @param header bytes of the largest length field
 * @param more name of an option that one protocol alone has
 * @throws GevError `ERR_GEV_INVALID_OPTION`
 */
export function resolveOptions(
  options: ProtobufOptions,
  header: number,
  more: string,
): Required<ProtobufOptions> {
  if (typeof options !== 'object' || options === null) {
    throw invalidOption(`the options are ${printable(options)}: give an object, or leave them out`);
  }
  const names = [...NAMES, more];
  const wrong = Object.keys(options).find((name) => !names.includes(name));
  if (wrong !== undefined) {
    throw invalidOption(`there is no option ${wrong}: give of ${names.join(', ')}`);
  }
  const { maxFrameLength = MiB - header, bytes = 'copy', lazy = false } = options;
  if (!(Number.isInteger(maxFrameLength) && maxFrameLength >= 2 && maxFrameLength <= LARGEST)) {
    throw invalidOption(
      `maxFrameLength is ${printable(maxFrameLength)}: give a whole number from 2 to ${LARGEST}`,
    );
  }
  if (!BYTES.includes(bytes))
    throw invalidOption(`bytes is ${printable(bytes)}: give copy or view`);
  if (typeof lazy !== 'boolean')
    throw invalidOption(`lazy is ${printable(lazy)}: give true or false`);
  return { maxFrameLength, bytes, lazy };
}

/**
 * Not instanceof: a registry may be of the other copy of this package (ESM and CommonJS).
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION`
 */
export function checkRegistry(registry: unknown): void {
  const { type } = (registry ?? {}) as { type?: unknown };
  if (typeof type === 'function') return;
  throw invalidOption(`the registry is ${printable(registry)}: give what createRegistry() returns`);
}
