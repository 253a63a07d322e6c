import { protocolSuite } from '@gev/conformance';
import { RingBuffer } from '@gev/ringbuffer';
import { describe, it } from 'vitest';
import { frames } from '../src/protocols/frames.js';

protocolSuite<Uint8Array, Uint8Array>({ describe, it }, 'frames', {
  create: () => frames,
  createBuffer: () => new RingBuffer(),
  messages: [1, 3, 4, 5, 255, 256, 1000].map((size) => new Uint8Array(size).fill(size)),
  emptyMessage: new Uint8Array(0),
  unpackable: [new Uint8Array(1024 * 1024 - 3), 'text', [1, 2, 3]],
});
