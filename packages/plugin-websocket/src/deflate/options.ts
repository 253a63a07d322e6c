import { flag, wholeNumber } from '../check-options.js';
import { invalidOption } from '../error-codes.js';

/** How permessage-deflate (RFC 7692) is used. `own` is this side's compressor, `peer` the other's. */
export interface DeflateOptions {
  /** Bytes from which on a message is compressed. Default 1,024. */
  readonly threshold?: number;
  /** Of zlib, 0 to 9. Default 6. */
  readonly level?: number;
  /** Of zlib, 1 to 9: memory of a compressor. Default 8. */
  readonly memLevel?: number;
  /**
   * Keep the window from one message to the next: better compression for about 256 KiB of memory a
   * connection. Without it one compressor serves all connections. Default true.
   */
  readonly ownContextTakeover?: boolean;
  /** Let the peer keep its window: about 44 KiB a connection here. Default true. */
  readonly peerContextTakeover?: boolean;
  /** Logarithm of the window's size, 9 to 15. Default 15. */
  readonly ownWindowBits?: number;
  /** The largest that the peer may use, 9 to 15. Default 15. */
  readonly peerWindowBits?: number;
}

/** The options with every default filled in and checked. */
export type DeflateSettings = Required<DeflateOptions>;

const NAMES: Readonly<Record<keyof DeflateOptions, true>> = {
  threshold: true,
  level: true,
  memLevel: true,
  ownContextTakeover: true,
  peerContextTakeover: true,
  ownWindowBits: true,
  peerWindowBits: true,
};

/**
 * Undefined when it is off.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION`
 */
export function resolveDeflate(
  option: boolean | DeflateOptions | undefined,
): DeflateSettings | undefined {
  if (option === undefined || option === false) return undefined;
  if (option === true) return resolveDeflate({});
  if (typeof option !== 'object' || option === null) {
    throw invalidOption('deflate', option, 'true, false, or an object with options');
  }
  const unknown = Object.keys(option).find((name) => !Object.hasOwn(NAMES, name));
  if (unknown !== undefined) {
    throw invalidOption('an option of deflate', unknown, `one of ${Object.keys(NAMES).join(', ')}`);
  }
  return {
    threshold: wholeNumber('deflate.threshold', option.threshold ?? 1024, 0),
    level: wholeNumber('deflate.level', option.level ?? 6, 0, 9),
    memLevel: wholeNumber('deflate.memLevel', option.memLevel ?? 8, 1, 9),
    ownContextTakeover: flag('deflate.ownContextTakeover', option.ownContextTakeover ?? true),
    peerContextTakeover: flag('deflate.peerContextTakeover', option.peerContextTakeover ?? true),
    ownWindowBits: wholeNumber('deflate.ownWindowBits', option.ownWindowBits ?? 15, 9, 15),
    peerWindowBits: wholeNumber('deflate.peerWindowBits', option.peerWindowBits ?? 15, 9, 15),
  };
}
