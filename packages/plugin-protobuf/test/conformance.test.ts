import { protocolSuite } from '@gev/conformance';
import type { Connection, Protocol } from '@gev/core';
import { RingBuffer } from '@gev/ringbuffer';
import { describe, it } from 'vitest';
import { protobufDelimited, protobufFrames, type RawMessage } from '../src/index.js';
import { decoded, registry, samples } from './registries.js';

const runner = { describe, it };
const createBuffer = () => new RingBuffer(16);

/** Bytes of the largest frame, without its length. */
const MOST = 800;

const NO_MESSAGES = ['text', 5, [1, 2], new Uint8Array(3), null, undefined];
const tooLong = { name: 'x'.repeat(MOST) };
const broken = { name: 'x', children: [null] };

const unpackableFrames = [
  ...NO_MESSAGES,
  ...NO_MESSAGES.map((message) => ({ type: 'sample.Person', message })),
  {},
  { type: 'sample.Person' },
  { type: 'nobody', message: {} },
  { type: 'sample.Person', message: tooLong },
  { type: 'sample.Person', message: broken },
  { type: 'sample.Person', payload: 'text' },
  { type: 'sample.Person', payload: new Uint8Array(MOST) },
];

for (const bytes of ['copy', 'view'] as const) {
  protocolSuite(runner, `protobufFrames with bytes: ${bytes}`, {
    create: () => protobufFrames(registry, { bytes, maxFrameLength: MOST }),
    createBuffer,
    messages: samples,
    emptyMessage: { type: 'sample.Empty', message: {} },
    expected: ({ type, message }) => ({ type, message: decoded(type, message) }),
    maxBuffered: 4 + MOST,
    unpackable: unpackableFrames,
  });
}

/** Lazy frames without the class of what comes, so that it can be compared. */
function lazyFrames(): Protocol<RawMessage, RawMessage> {
  const { unpack, pack } = protobufFrames(registry, { lazy: true, maxFrameLength: MOST });
  return {
    unpack(buffer, connection) {
      const message = unpack(buffer, connection as Connection<never>);
      return message && { type: message.type, payload: message.payload };
    },
    pack: (message, out, connection) => pack(message, out, connection as Connection<never>),
  };
}

protocolSuite(runner, 'protobufFrames, lazy', {
  create: lazyFrames,
  createBuffer,
  messages: samples.map(({ type, message }) => ({
    type,
    payload: Uint8Array.from(registry.codec(type).encode(message).finish()),
  })),
  maxBuffered: 4 + MOST,
  unpackable: unpackableFrames,
});

protocolSuite(runner, 'protobufDelimited', {
  create: () => protobufDelimited(registry, 'sample.Person', { maxFrameLength: MOST }),
  createBuffer,
  messages: samples.filter(({ type }) => type === 'sample.Person').map(({ message }) => message),
  emptyMessage: {},
  expected: (message) => decoded('sample.Person', message),
  maxBuffered: 5 + MOST,
  unpackable: [
    ...NO_MESSAGES,
    tooLong,
    broken,
    { type: 'sample.Person', message: { name: 'Ada' } },
    { type: 'sample.Person', payload: new Uint8Array(3) },
  ],
});
