import assert from 'node:assert/strict';
import { isGevError, type Protocol, type ReadBuffer } from '@gev/core';
import type { ReadWriteBuffer } from './buffer-suite.js';
import { createTestConnection } from './test-connection.js';

/** Calls of the buffer that one `unpack` may make for each byte there is, and on top. */
const CALLS_A_BYTE = 16;
const CALLS_ON_TOP = 256;

export interface ProtocolPeerOptions<In, Out> {
  readonly create: () => Protocol<In, Out>;
  readonly createBuffer: () => ReadWriteBuffer;
  readonly preamble?: Uint8Array;
  readonly discards?: boolean;
  readonly consumesParts?: boolean;
  readonly maxBuffered?: number;
}

/** One connection of a protocol, driven as a loop drives it but without a socket. */
export class ProtocolPeer<In, Out> {
  readonly buffer: ReadWriteBuffer;
  readonly #protocol: Protocol<In, Out>;
  readonly #connection = createTestConnection<Out>();
  readonly #createBuffer: () => ReadWriteBuffer;
  /** Bytes may be consumed before a message is there. */
  readonly #mayConsume: boolean;
  readonly #consumesParts: boolean;
  readonly #maxBuffered: number;
  /** Bytes that came since the last message. */
  #sinceMessage = 0;

  /** @param protocol to be shared with other connections; without it one of its own */
  constructor(options: ProtocolPeerOptions<In, Out>, protocol = options.create()) {
    this.#protocol = protocol;
    this.#createBuffer = options.createBuffer;
    this.#mayConsume = options.discards === true || options.consumesParts === true;
    this.#consumesParts = options.consumesParts === true;
    this.#maxBuffered = options.maxBuffered ?? Number.POSITIVE_INFINITY;
    this.buffer = options.createBuffer();
    protocol.onOpen?.(this.#connection);
    if (options.preamble) {
      assert.deepEqual(this.receive(options.preamble), [], 'the preamble yielded messages');
      this.#sinceMessage = this.buffer.length;
    }
  }

  /** Unpacks what there is with these bytes and returns the messages, copied. */
  receive(bytes: Uint8Array): unknown[] {
    this.buffer.write(bytes);
    this.#sinceMessage += bytes.length;
    const messages: unknown[] = [];
    for (;;) {
      const before = contents(this.buffer);
      const message = this.#protocol.unpack(this.#guarded(before.length), this.#connection);
      if (message === undefined) {
        this.#checkRest(before);
        this.#checkWaiting();
        return messages;
      }
      messages.push(plain(message));
      this.#sinceMessage = this.buffer.length;
      // It would be called for ever: a loop stops at the first undefined only.
      assert.ok(this.buffer.length < before.length, 'a message came without consuming a byte');
    }
  }

  /** After no message: the buffer is as it was, or less of it from the front. */
  #checkRest(before: Uint8Array): void {
    const rest = contents(this.buffer);
    const kept = this.#mayConsume ? before.subarray(before.length - rest.length) : before;
    assert.deepEqual(rest, Uint8Array.from(kept), 'no message, but the buffer has changed');
  }

  /** What waits is bounded: a peer that goes on and on has been refused. */
  #checkWaiting(): void {
    const waiting = this.#consumesParts ? this.#sinceMessage : this.buffer.length;
    assert.ok(
      waiting <= this.#maxBuffered,
      `${waiting} bytes wait for the rest of a message, and maxBuffered is ${this.#maxBuffered}`,
    );
  }

  /** The bytes of one message. */
  pack(message: Out, out = this.#createBuffer()): Uint8Array {
    this.#protocol.pack(message, out, this.#connection);
    return contents(out);
  }

  close(): void {
    this.#connection.destroy();
    this.#protocol.onClose?.(this.#connection);
  }

  /** The buffer, with an end to the patience for an `unpack` that would never return. */
  #guarded(length: number): ReadBuffer {
    let left = CALLS_A_BYTE * length + CALLS_ON_TOP;
    return new Proxy(this.buffer, {
      get(buffer, key) {
        left -= 1;
        assert.ok(left > 0, `unpack loops: it does not end with ${length} bytes`);
        const value: unknown = Reflect.get(buffer, key, buffer);
        return typeof value === 'function' ? value.bind(buffer) : value;
      },
    });
  }
}

/** Tells whether what `unpack` threw is what a peer is refused with. */
export function isRefusal(error: unknown): boolean {
  return isGevError(error) && error.code === 'ERR_GEV_PROTOCOL';
}

/** Feeds pieces one after another and returns all messages. */
export function feed<In, Out>(
  peer: ProtocolPeer<In, Out>,
  pieces: readonly Uint8Array[],
  where: string,
): unknown[] {
  try {
    return pieces.flatMap((piece) => peer.receive(piece));
  } catch (error) {
    if (error instanceof Error) error.message = `${where} ${error.message}`;
    throw error;
  }
}

/** A deep copy in which every view is a Uint8Array: what is left when the view is overwritten. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (Array.isArray(value)) return value.map(plain);
  // Objects, of any class, but not a Map, a Date and their like.
  if (Object.prototype.toString.call(value) !== '[object Object]') return value;
  const entries = Object.entries(value as object).map(([key, inner]) => [key, plain(inner)]);
  // Not by assignment, which would lose a key __proto__.
  const own = Object.getOwnPropertyDescriptors(Object.fromEntries(entries));
  return Object.create(Object.getPrototypeOf(value), own);
}

/** A copy of all bytes in a buffer. */
export function contents(buffer: ReadBuffer): Uint8Array {
  const [first, second] = buffer.peek(buffer.length);
  const copy = new Uint8Array(first.length + second.length);
  copy.set(first);
  copy.set(second, first.length);
  return copy;
}
