import protobuf from 'protobufjs';
import { malformed } from './error.js';
import type { MessageType } from './message-type.js';

const NOTHING = new Uint8Array(0);

/** A reader whose `bytes` fields and unknown fields are copies. */
class CopyingReader extends protobuf.Reader {
  override raw(start: number, end: number): Uint8Array {
    // Not buf.slice: that of a Buffer makes a view.
    return Uint8Array.prototype.slice.call(this.buf, start, end);
  }
}

/** Decodes payloads where they lie, with one reader for all of them. */
export class PayloadDecoder {
  readonly #reader: protobuf.Reader;

  constructor(bytes: 'copy' | 'view') {
    this.#reader = bytes === 'view' ? new protobuf.Reader(NOTHING) : new CopyingReader(NOTHING);
  }

  /** The message in `bytes[start, end)`. @throws GevError `ERR_GEV_PROTOCOL` */
  decode(type: MessageType, bytes: Uint8Array, start: number, end: number): object {
    const reader = this.#reader;
    reader.buf = bytes;
    reader.pos = start;
    reader.len = end;
    reader.view = null;
    try {
      return type.codec.decode(reader, end - start);
    } catch (error) {
      // Whatever it is: a peer's bytes must not end more than its connection. protobufjs bounds the
      // depth of nesting; older static modules do not, and run into the end of the stack.
      throw malformed(type.name, error);
    }
  }
}
