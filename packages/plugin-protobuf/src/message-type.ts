import type { MessageCodec } from './codec.js';
import { invalidOption, quoted } from './error.js';

/** Its length goes into a u16. */
const LONGEST_NAME = 0xffff;

const encoder = new TextEncoder();

/** A type of message under the name that stands in frames. */
export class MessageType {
  readonly name: string;
  /** The name in UTF-8. */
  readonly nameBytes: Uint8Array;
  readonly codec: MessageCodec;

  /** @throws GevError `ERR_GEV_INVALID_OPTION` */
  constructor(name: string, codec: MessageCodec) {
    this.name = name;
    this.nameBytes = encoder.encode(name);
    this.codec = codec;
    const { length } = this.nameBytes;
    if (length === 0 || length > LONGEST_NAME) {
      throw invalidOption(
        `the type name ${quoted(name)} has ${length} bytes: give one of 1 to ${LONGEST_NAME}`,
      );
    }
  }

  /** Whether its name is `bytes[from, to)`. */
  isNamed(bytes: Uint8Array, from: number, to: number): boolean {
    const name = this.nameBytes;
    if (name.length !== to - from) return false;
    // From the end: names of one package begin alike.
    for (let index = name.length - 1; index >= 0; index -= 1) {
      if (bytes[from + index] !== name[index]) return false;
    }
    return true;
  }
}
