import { malformed } from './error.js';
import type { MessageType } from './message-type.js';
import { CopyingReader, PayloadReader } from './payload-reader.js';

/** Decodes payloads where they lie, with one reader for all of them. */
export class PayloadDecoder {
  readonly #reader: PayloadReader;

  constructor(bytes: 'copy' | 'view') {
    this.#reader = bytes === 'view' ? new PayloadReader() : new CopyingReader();
  }

  /** The message in `bytes[start, end)`. @throws GevError `ERR_GEV_PROTOCOL` */
  decode(type: MessageType, bytes: Uint8Array, start: number, end: number): object {
    const reader = this.#reader;
    reader.moveTo(bytes, start, end);
    try {
      return type.codec.decode(reader, end - start);
    } catch (error) {
      // Whatever it is: a peer's bytes must not end more than its connection. protobufjs bounds the
      // depth of nesting; older static modules do not, and run into the end of the stack.
      throw malformed(type.name, error);
    }
  }
}
