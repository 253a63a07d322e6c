import { protocolSuite } from '@gev/conformance';
import { RingBuffer } from '@gev/ringbuffer';
import { describe, it } from 'vitest';
import { webSocket } from '../src/index.js';
import { masked, upgradeRequest } from './wire.js';

protocolSuite({ describe, it }, 'WebSocket messages', {
  create: () => webSocket({}).protocol,
  createBuffer: () => new RingBuffer(),
  preamble: Buffer.from(upgradeRequest()),
  encode: (message) => masked(typeof message === 'string' ? 1 : 2, message as string),
  messages: (random) => [
    'text',
    Uint8Array.of(1, 2, 3),
    'é'.repeat(random.below(100)),
    random.bytes(125),
    random.bytes(126),
    random.bytes(random.below(1000)),
  ],
  emptyMessage: '',
  consumesParts: true,
});

protocolSuite({ describe, it }, 'WebSocket handshakes', {
  create: () => webSocket({}).protocol,
  createBuffer: () => new RingBuffer(),
  messages: [],
  consumesParts: true,
});
