import type { Protocol } from '@gev/core';

/**
 * The default protocol: bytes as they come. What is received is handed over as a view of the
 * arena, valid until the handler returns; what is sent may be bytes or text (UTF-8).
 */
export const passThrough: Protocol<Uint8Array, Uint8Array | string> = {
  unpack(buffer) {
    return buffer.length === 0 ? undefined : buffer.take(buffer.length);
  },
  pack(message, out) {
    if (typeof message === 'string') out.writeString(message);
    else out.write(message);
  },
};
