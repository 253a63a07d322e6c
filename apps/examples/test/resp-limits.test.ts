import { createTestConnection, protocolSuite } from '@gev/conformance';
import { RingBuffer } from '@gev/ringbuffer';
import type { Protocol } from 'gev';
import { describe, expect, it } from 'vitest';
import type { Reply } from '../src/protocols/resp/reply.js';
import { resp } from '../src/protocols/resp/resp.js';

const LIMITS = { maxArguments: 3, maxBulk: 50, maxInline: 100, maxReply: 1000 };

/** A request of as many arguments, and as long ones, as the limits allow. */
const LARGEST = Buffer.from(`*3\r\n${`$50\r\n${'x'.repeat(50)}\r\n`.repeat(3)}`);

/** Requests as they come and go, each as its arguments. */
function requests(): Protocol<Uint8Array[], Uint8Array> {
  const protocol = resp(LIMITS);
  return {
    unpack(buffer, connection) {
      const request = protocol.unpack(buffer, connection as never);
      return request && Array.from({ length: request.count }, (_, index) => request.copy(index));
    },
    pack: (request, out) => out.write(request),
    onClose: (connection) => protocol.onClose?.(connection as never),
  };
}

protocolSuite<Uint8Array[], Uint8Array>({ describe, it }, 'requests within small limits', {
  create: requests,
  createBuffer: () => new RingBuffer(),
  messages: [Buffer.from('*1\r\n$4\r\nPING\r\n'), Buffer.from('GET key\r\n'), LARGEST],
  expected: (request) => {
    const words = request.toString().split(/\r\n|\s/);
    return words
      .filter((word) => /^\w/.test(word))
      .map((word) => Uint8Array.from(Buffer.from(word)));
  },
  maxBuffered: LARGEST.length,
  endless: [
    [Buffer.from('*3\r\n'), Buffer.from('$1\r\nx')],
    [Buffer.from('*'), Buffer.from('1')],
    [Buffer.from('GET '), Buffer.from('key ')],
  ],
});

describe('replies', () => {
  it('are packed for each connection, whose version says how', () => {
    const protocol = resp();
    const packed = ([2, 3] as const).map((version) => {
      const connection = createTestConnection<Reply>();
      connection.context = { version };
      const out = new RingBuffer();
      protocol.pack(null, out, connection);
      return Buffer.from(out.bytes()).toString();
    });
    expect(packed).toEqual(['$-1\r\n', '_\r\n']);
    expect(protocol.packsPerConnection).toBe(true);
  });
});
