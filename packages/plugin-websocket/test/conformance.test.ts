import { protocolSuite } from '@gev/conformance';
import { RingBuffer } from '@gev/ringbuffer';
import { describe, it } from 'vitest';
import { Opened, type WebSocketApplication, webSocket } from '../src/index.js';
import { masked, upgradeRequest } from './wire.js';

const LIMITS = { maxPayload: 1000, maxFragments: 64, maxHeader: 1024 };

/** Of a masked frame of up to 64 KiB. */
const HEADER = 8;

const text = (payload: string) => masked(1, payload, { fin: false });
const more = (payload: string) => masked(0, payload, { fin: false });

/** The protocol without its word that it is open, which is no message of the peer. */
function messagesAlone({ protocol }: WebSocketApplication): WebSocketApplication['protocol'] {
  return {
    ...protocol,
    unpack(buffer, connection) {
      const message = protocol.unpack(buffer, connection);
      return message instanceof Opened ? protocol.unpack(buffer, connection) : message;
    },
  };
}

protocolSuite({ describe, it }, 'WebSocket messages', {
  create: () => messagesAlone(webSocket(LIMITS)),
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
  maxBuffered: LIMITS.maxPayload + (LIMITS.maxFragments + 1) * HEADER,
  endless: [
    [text('a'), more('')],
    [text(''), more('b')],
    [text('a'.repeat(500)), more('b'.repeat(100))],
    [text('a'.repeat(500)), more('b'.repeat(400))],
  ],
});

protocolSuite({ describe, it }, 'WebSocket handshakes', {
  create: () => webSocket(LIMITS).protocol,
  createBuffer: () => new RingBuffer(),
  messages: [],
  consumesParts: true,
  maxBuffered: LIMITS.maxHeader,
  endless: [
    [Buffer.from('GET / HTTP/1.1\r\n'), Buffer.from('x: y\r\n')],
    [Buffer.from('GET / HTTP/1.1\r\nx: '), Buffer.from('y')],
    [Buffer.from('GET /'), Buffer.from('/')],
  ],
});
