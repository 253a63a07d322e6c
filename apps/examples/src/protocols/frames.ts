import { assertBytes, defineProtocol, GevError, protocolError } from 'gev';

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
    assertBytes(body);
    if (body.length > MAX_BODY) {
      const message = `a frame of ${body.length} bytes; at most ${MAX_BODY} are sent`;
      throw new GevError('ERR_GEV_HANDLER', message);
    }
    out.writeUint32(body.length);
    out.write(body);
  },
});
