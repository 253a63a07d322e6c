import { defineProtocol, type Protocol, protocolError } from '@gev/core';

/** Messages of up to `maxLength` bytes behind a u16 length. Each is a view: copy what you keep. */
export function template(maxLength = 4096): Protocol<Uint8Array> {
  return defineProtocol<Uint8Array>({
    unpack(buffer) {
      const size = buffer.peekUint16();
      if (size === undefined) return undefined;
      if (size > maxLength) throw protocolError(`${size} bytes; at most ${maxLength} are taken`);
      if (buffer.length < 2 + size) return undefined;
      buffer.retrieve(2);
      return buffer.take(size);
    },
    pack(message, out) {
      const size = message.length;
      if (size > maxLength) throw new RangeError(`${size} bytes; at most ${maxLength} are sent`);
      out.writeUint16(size);
      out.write(message);
    },
  });
}
