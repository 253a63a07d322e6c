import { createTestConnection } from '@gev/conformance';
import type { Connection } from '@gev/core';
import { RingBuffer } from '@gev/ringbuffer';
import { bench, describe } from 'vitest';
import { type Outbound, type WebSocketOptions, webSocket } from '../src/index.js';
import { masked, upgradeRequest } from '../test/wire.js';

/** Frames of one read. */
const DEEP = 16;

/** A key that turns letters into letters: unmasked twice in place, they are again what they were. */
const KEY = [1, 1, 1, 1];

/** One read of an echo as a loop does it: laid over the arena, unpacked, handled, packed. */
function echoRead(opcode: 1 | 2, size: number, options: WebSocketOptions): () => void {
  const { protocol, handler } = webSocket({ onMessage: (_ws, data) => data, ...options });
  const frame = masked(opcode, Buffer.alloc(size, 'a'), { key: KEY });
  const arena = new Uint8Array(512 * 1024);
  const length = DEEP * frame.length;
  for (let index = 0; index < DEEP; index += 1) arena.set(frame, 1 + index * frame.length);
  const overlay = new RingBuffer();
  const out = new RingBuffer(1024 * 1024);
  const connection: Connection<Outbound> = createTestConnection<Outbound>();
  protocol.onOpen?.(connection);
  overlay.withData(Buffer.from(upgradeRequest()));
  protocol.unpack(overlay, connection);
  return () => {
    overlay.withData(arena, 1, length);
    for (;;) {
      const message = protocol.unpack(overlay, connection);
      if (message === undefined) break;
      const reply = handler.onMessage?.(connection, message);
      if (reply) protocol.pack(reply, out, connection);
    }
    out.retrieveAll();
  };
}

// One iteration is a read of 16 frames.
describe.each([64, 1024, 16_384])('16 masked frames of %i bytes', (size) => {
  bench('binary, echoed', echoRead(2, size, {}));
  bench('text as bytes, echoed', echoRead(1, size, { textAsBytes: true }));
  bench('text, echoed', echoRead(1, size, {}));
  bench('text, answered by another text', echoRead(1, size, { onMessage: () => 'x'.repeat(64) }));
});
