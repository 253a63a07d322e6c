import { createTestConnection } from '@gev/conformance';
import { RingBuffer } from '@gev/ringbuffer';
import { describe, expect, it } from 'vitest';
import { template } from '../src/index.js';

describe('the limit of template', () => {
  const connection = createTestConnection<Uint8Array>();

  it('refuses what a peer announces beyond it, before it has come', () => {
    const buffer = new RingBuffer();
    buffer.writeUint32(11);
    expect(() => template(10).unpack(buffer, connection)).toThrow(/11 bytes; at most 10/);
  });

  it('sends nothing beyond it', () => {
    const out = new RingBuffer();
    expect(() => template(10).pack(new Uint8Array(11), out, connection)).toThrow(
      /11 bytes; at most 10 are sent/,
    );
    expect(out.length).toBe(0);
  });
});
