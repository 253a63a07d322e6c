import { describe, expect, it } from 'vitest';
import { GrowingBytes } from '../src/growing-bytes.js';
import { MessageAssembler } from '../src/message-assembler.js';
import { closeCodeOf } from '../src/violation.js';

const LIMITS = { maxPayload: 1000, maxFragments: 3 };

function codeOf(act: () => void): number | undefined {
  try {
    act();
  } catch (error) {
    return closeCodeOf(error);
  }
  return undefined;
}

describe('GrowingBytes', () => {
  it('takes memory as bytes arrive, not as they are announced', () => {
    const bytes = new GrowingBytes();
    bytes.append(new Uint8Array(10), 1_000_000_000);
    expect(bytes.capacity).toBe(65_536);
    for (let count = 0; count < 100; count += 1)
      bytes.append(new Uint8Array(10_000), 1_000_000_000);
    expect(bytes.capacity).toBeLessThan(2 * bytes.length);
  });

  it('takes just what is announced when that is little', () => {
    const bytes = new GrowingBytes();
    bytes.append(new Uint8Array(10), 3000);
    expect(bytes.capacity).toBe(3000);
    bytes.append(new Uint8Array(2990), 2990);
    expect(bytes.capacity).toBe(3000);
  });

  it('keeps what was put in, at any size', () => {
    const bytes = new GrowingBytes();
    const all: number[] = [];
    for (let size = 0; size < 300; size += 7) {
      const piece = Uint8Array.from({ length: size }, (_, index) => (index * size) % 251);
      all.push(...piece);
      bytes.append(piece);
    }
    expect([...bytes.bytes]).toEqual(all);
  });
});

describe('MessageAssembler', () => {
  it('bounds frames and bytes', () => {
    const message = new MessageAssembler(true, LIMITS);
    for (let count = 0; count < 3; count += 1) message.beginFrame();
    expect(codeOf(() => message.beginFrame())).toBe(1008);
    message.append(new Uint8Array(1000));
    expect(codeOf(() => message.append(new Uint8Array(1)))).toBe(1009);
  });

  it('finds a text that is none where it is, or at the end', () => {
    const message = new MessageAssembler(false, LIMITS);
    message.append(Uint8Array.of(0x61, 0xc3));
    expect(codeOf(() => message.finish())).toBe(1007);
    expect(codeOf(() => message.append(Uint8Array.of(0x61)))).toBe(1007);
  });

  it('counts a compressed message as what it unpacks to', () => {
    let abandoned = 0;
    const tenfold = {
      push(bytes: Uint8Array, sink: (piece: Uint8Array) => void) {
        for (let count = 0; count < 10; count += 1) sink(bytes);
      },
      finish(sink: (piece: Uint8Array) => void) {
        sink(Uint8Array.of(7));
      },
      abandon() {
        abandoned += 1;
      },
    };
    const message = new MessageAssembler(true, LIMITS, tenfold);
    message.append(new Uint8Array(50));
    expect(message.finish().length).toBe(501);
    expect(codeOf(() => message.append(new Uint8Array(50)))).toBe(1009);
    message.abandon();
    expect(abandoned).toBe(1);
  });
});
