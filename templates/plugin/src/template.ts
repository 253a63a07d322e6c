import { assertBytes, defineProtocol, GevError, type Protocol, protocolError } from '@gev/core';

/** Messages of up to `maxLength` bytes behind a u32 length. Each is a view: copy what you keep. */
export function template(maxLength = 4096): Protocol<Uint8Array> {
  return defineProtocol<Uint8Array>({
    unpack(buffer) {
      const size = buffer.peekUint32();
      if (size === undefined) return undefined;
      if (size > maxLength) throw protocolError(`${size} bytes; at most ${maxLength} are taken`);
      if (buffer.length < 4 + size) return undefined;
      buffer.retrieve(4);
      return buffer.take(size);
    },
    pack(message, out) {
      assertBytes(message);
      const size = message.length;
      if (size > maxLength) {
        throw new GevError('ERR_GEV_HANDLER', `${size} bytes; at most ${maxLength} are sent`);
      }
      out.writeUint32(size);
      out.write(message);
    },
  });
}
