import { invalidOption } from './error.js';

/** What both protocols can be told. */
export interface ProtobufOptions {
  /**
   * Bytes of the largest frame that is taken, without its length field; more is a protocol error, at
   * once. Default: what fits into a server's default `maxInputBuffer` of 1 MiB, length included.
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
  const names = [...NAMES, more];
  const wrong = Object.keys(options).find((name) => !names.includes(name));
  if (wrong !== undefined) {
    throw invalidOption(`there is no option ${wrong}: give of ${names.join(', ')}`);
  }
  const { maxFrameLength = MiB - header, bytes = 'copy', lazy = false } = options;
  if (!(Number.isInteger(maxFrameLength) && maxFrameLength >= 2 && maxFrameLength <= LARGEST)) {
    throw invalidOption(
      `maxFrameLength is ${String(maxFrameLength)}: give a whole number from 2 to ${LARGEST}`,
    );
  }
  if (!BYTES.includes(bytes)) throw invalidOption(`bytes is ${String(bytes)}: give copy or view`);
  if (typeof lazy !== 'boolean') throw invalidOption(`lazy is ${String(lazy)}: give true or false`);
  return { maxFrameLength, bytes, lazy };
}
