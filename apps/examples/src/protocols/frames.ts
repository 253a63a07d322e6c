import { defineProtocol, protocolError } from 'gev';

const HEADER = 4;
const MAX_BODY = 1024 * 1024 - HEADER;

/** Frames of a u32 big-endian length and a body. A body is a view, valid until the handler returns. */
export const frames = defineProtocol<Uint8Array>({
  unpack(buffer) {
    const size = buffer.peekUint32();
    if (size === undefined) return undefined;
    if (size > MAX_BODY)
      throw protocolError(`a frame of ${size} bytes; at most ${MAX_BODY} are taken`);
    if (buffer.length < HEADER + size) return undefined;
    buffer.retrieve(HEADER);
    return buffer.take(size);
  },
  pack(body, out) {
    out.writeUint32(body.length);
    out.write(body);
  },
});
