import { assertBytes, type Protocol, type WriteBuffer } from '@gev/core';

/**
 * A protocol whose messages are the bytes of frames. What it yields is a view, valid until the
 * handler returns; what it packs is bytes or text (as UTF-8), written straight into the output.
 */
export interface Framing extends Protocol<Uint8Array, Uint8Array | string> {
  /**
   * Writes what stands before a message of `size` bytes; the caller then writes exactly so many. For
   * messages that are made of several parts, such as one with its checksum. Undefined where that is
   * not all there is to a frame: an end that is searched for, or a message with its own header.
   *
   * @throws GevError `ERR_GEV_HANDLER` for a size that the frame cannot have
   */
  readonly packHeader: ((size: number, out: WriteBuffer) => void) | undefined;
}

/** Makes the `pack` of a framing that is a header and the message. */
export function packBehind(
  packHeader: (size: number, out: WriteBuffer) => void,
): (message: Uint8Array | string, out: WriteBuffer) => void {
  return (message, out) => {
    if (typeof message === 'string') {
      packHeader(Buffer.byteLength(message), out);
      out.writeString(message);
    } else {
      assertBytes(message);
      packHeader(message.length, out);
      out.write(message);
    }
  };
}
