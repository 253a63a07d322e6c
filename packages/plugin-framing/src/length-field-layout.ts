import { printable } from '@gev/core';
import { invalidOption } from './error.js';
import { type Endian, type LengthBytes, largestNumber } from './length-number.js';
import { checkNames, DEFAULT_FRAME, flag, oneOf, wholeNumber } from './option.js';

/** Where the length stands in a frame and what it counts. Sizes in bytes. */
export interface LengthFieldOptions {
  /** Size of the length field (Netty: `lengthFieldLength`). Default 4. */
  readonly bytes?: LengthBytes;
  /** Order of its bytes. Default `'big'`. */
  readonly endian?: Endian;
  /** Bytes of the frame before the length field (Netty: `lengthFieldOffset`). Default 0. */
  readonly offset?: number;
  /**
   * What to add to the length for the number of bytes behind the length field (Netty:
   * `lengthAdjustment`): negative where the length counts the header too, positive where a second
   * header that it does not count follows. Default 0.
   */
  readonly adjustment?: number;
  /**
   * Bytes at the front of a frame that are no part of the message (Netty: `initialBytesToStrip`).
   * Default `offset + bytes`. With 0 the message carries its whole header.
   */
  readonly strip?: number;
  /**
   * The `strip` bytes that `pack` puts before a message. What stands in the place of the length is
   * written over. Needed where more than the length field is stripped.
   */
  readonly header?: Uint8Array;
  /**
   * Largest frame, its header counted. A frame larger than the connection's `maxInputBuffer` can
   * never come: raise both. Default 1 MiB.
   */
  readonly maxFrameLength?: number;
  /**
   * True: a frame that is too long is refused as soon as its length is known. False: when all of it
   * has passed; its bytes are dropped as they come and take no memory. Either way the connection
   * closes. Default true.
   */
  readonly failFast?: boolean;
}

/** The options with every default filled in and checked, and what follows from them. */
export interface LengthFieldLayout {
  readonly bytes: LengthBytes;
  readonly endian: Endian;
  readonly offset: number;
  /** Where the length field ends. */
  readonly end: number;
  readonly strip: number;
  readonly header: Uint8Array;
  readonly maxFrameLength: number;
  readonly failFast: boolean;
  /** Size of a frame less its length. */
  readonly extra: number;
  /** Smallest and largest length that a frame may have. */
  readonly least: number;
  readonly most: number;
}

const NAMES: readonly (keyof LengthFieldOptions)[] = [
  'bytes',
  'endian',
  'offset',
  'adjustment',
  'strip',
  'header',
  'maxFrameLength',
  'failFast',
];

/** @throws GevError `ERR_GEV_INVALID_OPTION` */
export function layOut(options: LengthFieldOptions): LengthFieldLayout {
  checkNames(options, NAMES);
  const bytes = oneOf<LengthBytes>('bytes', options.bytes ?? 4, [1, 2, 3, 4, 8]);
  const offset = wholeNumber('offset', options.offset ?? 0, 0);
  const end = offset + bytes;
  const strip = wholeNumber('strip', options.strip ?? end, 0);
  const adjustment = options.adjustment ?? 0;
  wholeNumber('adjustment', adjustment, Number.MIN_SAFE_INTEGER);
  const maxFrameLength = wholeNumber('maxFrameLength', options.maxFrameLength ?? DEFAULT_FRAME, 1);
  const extra = adjustment + end;
  // A frame holds its length field and what is stripped, at the least.
  const least = Math.max(0, Math.max(end, strip) - extra);
  const most = Math.min(largestNumber(bytes), maxFrameLength - extra);
  if (least > most) {
    throw invalidOption(
      `no frame fits bytes ${bytes}, offset ${offset}, adjustment ${adjustment}, strip ${strip} and ` +
        `maxFrameLength ${maxFrameLength}: the length would have to be from ${least} to ${most}; ` +
        'raise maxFrameLength, or bring adjustment or strip nearer to 0',
    );
  }
  return {
    bytes,
    endian: oneOf('endian', options.endian ?? 'big', ['big', 'little']),
    offset,
    end,
    strip,
    header: headerOf(options.header, offset, end, strip),
    maxFrameLength,
    failFast: flag('failFast', options.failFast ?? true),
    extra,
    least,
    most,
  };
}

function headerOf(
  header: Uint8Array | undefined,
  offset: number,
  end: number,
  strip: number,
): Uint8Array {
  const isNeeded = strip > 0 && (offset > 0 || strip > end);
  if (!isNeeded) {
    if (header === undefined) return new Uint8Array(strip);
    throw invalidOption(
      `header is given, but strip ${strip} takes nothing but the length field away: leave it out`,
    );
  }
  if (header instanceof Uint8Array && header.length === strip) return header.slice();
  const given = header instanceof Uint8Array ? `${header.length} bytes` : printable(header);
  throw invalidOption(
    `header is ${given}, and strip ${strip} takes bytes away that pack has to put back: give those ` +
      `${strip} bytes, the length field at ${offset} among them, or strip 0 to keep them in the message`,
  );
}
