import { protocolSuite } from '@gev/conformance';
import { RingBuffer } from '@gev/ringbuffer';
import { describe, it } from 'vitest';
import { protobufDelimited, protobufFrames } from '../src/index.js';
import { decoded, registry, samples } from './registries.js';

const runner = { describe, it };
const createBuffer = () => new RingBuffer(16);

for (const bytes of ['copy', 'view'] as const) {
  protocolSuite(runner, `protobufFrames with bytes: ${bytes}`, {
    create: () => protobufFrames(registry, { bytes }),
    createBuffer,
    messages: samples,
    emptyMessage: { type: 'sample.Empty', message: {} },
    expected: ({ type, message }) => ({ type, message: decoded(type, message) }),
  });
}

protocolSuite(runner, 'protobufDelimited', {
  create: () => protobufDelimited(registry, 'sample.Person'),
  createBuffer,
  messages: samples.filter(({ type }) => type === 'sample.Person').map(({ message }) => message),
  emptyMessage: {},
  expected: (message) => decoded('sample.Person', message),
});
