import assert from 'node:assert/strict';
import { createTestConnection } from '@gev/conformance';
import { isGevError, type Protocol } from '@gev/core';
import { RingBuffer } from '@gev/ringbuffer';

/** The bytes that a protocol writes for a message. */
export function packed<Out>(protocol: Protocol<unknown, Out>, message: Out): Uint8Array {
  const out = new RingBuffer();
  protocol.pack(message, out, createTestConnection<Out>());
  return out.bytes();
}

/** All messages in pieces that arrive one after the other. */
export function unpacked<In>(protocol: Protocol<In, never>, ...pieces: Uint8Array[]): In[] {
  const buffer = new RingBuffer();
  const connection = createTestConnection<never>();
  const messages: In[] = [];
  for (const piece of pieces) {
    buffer.write(piece);
    for (;;) {
      const message = protocol.unpack(buffer, connection);
      if (message === undefined) break;
      messages.push(message);
    }
  }
  return messages;
}

/** Fails unless a call throws a GevError with this code; returns its message. */
export function refused(code: string, call: () => unknown): string {
  try {
    call();
  } catch (error) {
    assert.ok(isGevError(error) && error.code === code, `not ${code}: ${String(error)}`);
    return error.message;
  }
  assert.fail(`no ${code} was thrown`);
}

/** A gev frame by hand. */
export function frame(type: string | Uint8Array, payload: Uint8Array | readonly number[]): Buffer {
  const name = Buffer.from(type as string);
  const header = Buffer.alloc(6);
  header.writeUInt32BE(2 + name.length + payload.length);
  header.writeUInt16BE(name.length, 4);
  return Buffer.concat([header, name, Uint8Array.from(payload)]);
}
