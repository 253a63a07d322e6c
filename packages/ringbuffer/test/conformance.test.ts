import { bufferSuite, protocolSuite } from '@gev/conformance';
import { defineProtocol } from '@gev/core';
import { describe, it } from 'vitest';
import { RingBuffer } from '../src/index.js';

const runner = { describe, it };

bufferSuite(runner, 'RingBuffer', () => new RingBuffer());
// Small ones wrap at every position before they grow.
for (const capacity of [1, 16, 64]) {
  bufferSuite(runner, `RingBuffer(${capacity})`, () => new RingBuffer(capacity));
}

// The protocol of README.md, which must say the same.
const frames = defineProtocol<Uint8Array>({
  unpack(buffer) {
    const size = buffer.peekUint32();
    if (size === undefined || buffer.length < 4 + size) return undefined;
    buffer.retrieve(4);
    return buffer.take(size);
  },
  pack(message, out) {
    out.writeUint32(message.length);
    out.write(message);
  },
});

protocolSuite(runner, 'frames in a RingBuffer', {
  create: () => frames,
  createBuffer: () => new RingBuffer(16),
  messages: (random) => Array.from({ length: 8 }, () => random.bytes(random.below(60))),
  emptyMessage: new Uint8Array(0),
});
