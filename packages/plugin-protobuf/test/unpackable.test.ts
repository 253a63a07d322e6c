import assert from 'node:assert/strict';
import { createTestConnection } from '@gev/conformance';
import type { Protocol } from '@gev/core';
import { RingBuffer } from '@gev/ringbuffer';
import { describe, it } from 'vitest';
import { createRegistry, protobufDelimited, protobufFrames } from '../src/index.js';
import { packed, refused, unpacked } from './bytes.js';
import { registry } from './registries.js';

const NO_BYTES = ['text', [1, 2], new ArrayBuffer(2), new DataView(new ArrayBuffer(2)), null];

/** Fails unless a value is refused before a byte is written; returns the error's message. */
function unsendable(protocol: Protocol<unknown, never>, value: unknown): string {
  const out = new RingBuffer();
  const pack = () => protocol.pack(value as never, out, createTestConnection<never>());
  const message = refused('ERR_GEV_HANDLER', pack);
  assert.equal(out.length, 0);
  return message;
}

describe('maxFrameLength', () => {
  it('bounds what frames are sent as it does what they are received', () => {
    // u16, eleven bytes of name, and the payload.
    const frames = protobufFrames(registry, { maxFrameLength: 2 + 11 + 3, lazy: true });
    const type = 'sample.Ping';
    for (const fits of [{ message: { number: 300 } }, { payload: new Uint8Array(3) }]) {
      assert.equal(unpacked(frames, packed(frames, { type, ...fits } as never)).length, 1);
    }
    for (const over of [{ message: { number: 70_000 } }, { payload: new Uint8Array(4) }]) {
      const message = unsendable(frames, { type, ...over });
      assert.match(message, /17 bytes cannot be sent: maxFrameLength is 16/);
    }
  });

  it('bounds what is sent in a delimited stream', () => {
    const pings = protobufDelimited(registry, 'sample.Ping', { maxFrameLength: 3, lazy: true });
    assert.equal(unpacked(pings, packed(pings, { number: 300 })).length, 1);
    assert.match(unsendable(pings, { number: 70_000 }), /4 bytes cannot be sent/);
    const wide = protobufDelimited(registry, 'sample.Ping', { lazy: true });
    const [long] = unpacked(wide, packed(wide, { number: 70_000 }));
    unsendable(pings, long);
  });

  it('can be another for each way, with two protocols', () => {
    const { unpack } = protobufFrames(registry, { maxFrameLength: 20 });
    const protocol = { ...protobufFrames(registry), unpack };
    const large = packed(protocol, { type: 'sample.Person', message: { name: 'x'.repeat(1000) } });
    refused('ERR_GEV_PROTOCOL', () => unpacked(protocol, large));
  });
});

describe('what frames refuse to pack', () => {
  const frames = protobufFrames(registry, { lazy: true });

  it('is a payload that is no bytes', () => {
    for (const payload of NO_BYTES) {
      assert.match(
        unsendable(frames, { type: 'sample.Ping', payload }),
        /is no bytes: give a Uint8/,
      );
    }
  });

  it('is what has no type, or nothing to send', () => {
    for (const value of [undefined, null, 'text', 5, {}, new Uint8Array(3)]) {
      assert.match(unsendable(frames, value), /give \{ type, message \}/);
    }
    assert.match(unsendable(frames, { type: 'sample.Ping' }), /neither message nor payload/);
    assert.match(unsendable(frames, { type: 'nobody', message: {} }), /no type "nobody"/);
  });

  it('is what is no message, or one that is wrapped twice', () => {
    const type = 'sample.Person';
    for (const message of ['text', 5, [1], new Uint8Array(2), null, undefined]) {
      unsendable(frames, { type, message });
    }
    const twice = { type, message: { type, message: { name: 'Ada' } } };
    assert.match(unsendable(frames, twice), /with its type around it/);
  });
});

describe('what a delimited stream refuses to pack', () => {
  const people = protobufDelimited(registry, 'sample.Person', { lazy: true });

  it('is a message with its type around it, which it would send as an empty one', () => {
    for (const inner of [{ message: { name: 'Ada' } }, { payload: Uint8Array.of(10, 1, 65) }]) {
      const wrapped = unsendable(people, { type: 'sample.Person', ...inner });
      assert.match(wrapped, /with its type around it: give the message itself/);
    }
  });

  it('is what is no message', () => {
    for (const value of ['text', 5, [1], new Uint8Array(2), null, undefined]) {
      assert.match(unsendable(people, value), /sample\.Person/);
    }
  });

  it('is a promise, as an async handler returns one', () => {
    const promise = Promise.resolve({ name: 'Ada' });
    assert.match(unsendable(people, promise), /a promise is no message .*: await it/);
    const frames = protobufFrames(registry);
    assert.match(unsendable(frames, { type: 'sample.Person', message: promise }), /await it/);
  });

  it('is not a message whose fields are named so', () => {
    const proto = 'syntax = "proto3"; message Envelope { string type = 1; bytes payload = 2; }';
    const envelopes = protobufDelimited(createRegistry({ proto }), 'Envelope');
    for (const type of ['', 'a']) {
      const message = { type, payload: new Uint8Array(0) };
      assert.equal(packed(envelopes, message).length, type === '' ? 1 : 4);
    }
    assert.deepEqual([...packed(envelopes, {})], [0]);
  });

  it('is a lazy message of another type, or without bytes', () => {
    const decode = () => ({});
    const other = { type: 'sample.Ping', payload: new Uint8Array(0), decode };
    assert.match(unsendable(people, other), /sample\.Ping cannot be sent on in a stream of/);
    for (const payload of NO_BYTES) {
      assert.match(unsendable(people, { type: 'sample.Person', payload, decode }), /is no bytes/);
    }
  });

  it('is not a lazy message of the other copy of this package', () => {
    const payload = Uint8Array.of(0x10, 1);
    const foreign = { type: 'sample.Person', payload, decode: () => ({}) };
    assert.deepEqual([...packed(people, foreign as never)], [2, 0x10, 1]);
  });
});
