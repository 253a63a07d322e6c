import { protocolSuite } from '@gev/conformance';
import { RingBuffer } from '@gev/ringbuffer';
import { describe, it } from 'vitest';
import { template } from '../src/index.js';

protocolSuite({ describe, it }, 'template', {
  create: () => template(),
  createBuffer: () => new RingBuffer(16),
  messages: (random) => [0, 1, 255, 256, 4096].map((size) => random.bytes(size)),
  emptyMessage: new Uint8Array(0),
  maxBuffered: 4 + 4096,
  unpackable: [new Uint8Array(4097), 'text', [1, 2, 3], undefined],
});
