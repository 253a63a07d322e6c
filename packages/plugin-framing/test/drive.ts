import { createTestConnection, type TestConnection } from '@gev/conformance';
import type { Protocol } from '@gev/core';
import { RingBuffer } from '@gev/ringbuffer';

/** One connection of a protocol without a loop: pieces in, messages out, views copied. */
export class Drive<In, Out> {
  readonly buffer: RingBuffer;
  readonly connection: TestConnection<Out>;
  readonly #protocol: Protocol<In, Out>;

  constructor(
    protocol: Protocol<In, Out>,
    buffer = new RingBuffer(16),
    connection = createTestConnection<Out>(),
  ) {
    this.#protocol = protocol;
    this.buffer = buffer;
    this.connection = connection;
    protocol.onOpen?.(this.connection);
  }

  /** @param messages takes what comes, also before an error */
  receive(bytes: Uint8Array, messages: In[] = []): In[] {
    this.buffer.write(bytes);
    for (;;) {
      const message = this.#protocol.unpack(this.buffer, this.connection);
      if (message === undefined) return messages;
      messages.push(message instanceof Uint8Array ? (message.slice() as In) : message);
    }
  }

  pack(message: Out): Uint8Array {
    const out = new RingBuffer();
    this.#protocol.pack(message, out, this.connection);
    return out.bytes();
  }

  close(): void {
    this.connection.destroy();
    this.#protocol.onClose?.(this.connection);
  }
}

/** What comes out of these bytes, which arrive in one piece. */
export function unpackAll<In, Out>(protocol: Protocol<In, Out>, bytes: Uint8Array): In[] {
  return new Drive(protocol).receive(bytes);
}

/** The bytes of one message. */
export function packed<In, Out>(protocol: Protocol<In, Out>, message: Out): Uint8Array {
  return new Drive(protocol).pack(message);
}

/** Bytes of hexadecimal text; spaces are for the eye. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}

/** Bytes of text, one a character. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

/** What `assert.throws` expects of an error with a code. */
export function coded(code: string, message = /./): { code: string; message: RegExp } {
  return { code, message };
}
