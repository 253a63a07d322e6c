import { BatchMemory, Column, OrderKind, ROW_SIZE } from '@gev/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Outbox } from '../src/index.js';

/** Carries out orders the way a poller does: by copying bytes to the handle that they name. */
class Receiver {
  readonly memory: BatchMemory;
  readonly outbox: Outbox;
  readonly bytes = new Map<number, number[]>();
  readonly kinds: number[] = [];
  mostUnsent = Number.POSITIVE_INFINITY;
  flushes = 0;
  rows = 0;

  constructor(sizes = {}) {
    this.memory = new BatchMemory({ maxHandles: 16, ...sizes });
    this.outbox = new Outbox(
      this.memory,
      (orders) => this.#carryOut(orders),
      () => this.mostUnsent,
    );
  }

  message(slot: number, pack: (outbox: Outbox) => void): number {
    this.outbox.begin(slot, 1);
    pack(this.outbox);
    return this.outbox.end();
  }

  share(text: string): number {
    return this.outbox.share(new TextEncoder().encode(text));
  }

  text(slot: number): string {
    return Buffer.from(this.bytes.get(slot) ?? []).toString();
  }

  #carryOut(orders: number): void {
    this.flushes += 1;
    this.rows += orders;
    const rows = this.memory.orders;
    for (let at = 0; at < orders * ROW_SIZE; at += ROW_SIZE) {
      this.kinds.push(rows[at + Column.kind]!);
      if (rows[at + Column.kind] !== OrderKind.write) continue;
      const slot = rows[at + Column.slot]!;
      // Nobody reads.
      this.memory.queued[slot]! += rows[at + Column.length]!;
      const offset = rows[at + Column.offset]!;
      const piece = this.memory.arena.subarray(offset, offset + rows[at + Column.length]!);
      this.bytes.set(slot, [...(this.bytes.get(slot) ?? []), ...piece]);
    }
  }
}

describe('the outbox', () => {
  it('writes big-endian integers, bytes and text, and tells sizes', () => {
    const to = new Receiver();
    const size = to.message(1, (out) => {
      out.writeUint8(1);
      out.writeUint16(0x0203);
      out.writeUint32(0x04050607);
      out.writeUint64(0x08090a0b0c0d0e0fn);
      out.write(Uint8Array.of(16));
      expect(out.writeString('é€')).toBe(5);
    });
    to.outbox.flush();
    expect(size).toBe(21);
    expect(to.bytes.get(1)?.slice(0, 16)).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
    expect(Buffer.from(to.bytes.get(1)!.slice(16)).toString()).toBe('é€');
  });

  it('melts neighbours of one handle into one order, and keeps others apart', () => {
    const to = new Receiver();
    to.message(1, (out) => out.writeString('a'));
    to.message(1, (out) => out.writeString('b'));
    to.message(2, (out) => out.writeString('c'));
    to.message(1, (out) => out.writeString('d'));
    to.outbox.flush();
    expect(to.rows).toBe(3);
    expect([to.text(1), to.text(2)]).toEqual(['abd', 'c']);
  });

  it('shares messages, and those of a turn leave in one flush, in their order', () => {
    const to = new Receiver();
    const first = to.share('first');
    for (const slot of [1, 2]) to.outbox.sendShared(slot, 1, first, 5);
    to.outbox.unshare();
    to.message(1, (out) => out.writeString('-own-'));
    const second = to.share('second');
    for (const slot of [1, 2]) to.outbox.sendShared(slot, 1, second, 6);
    to.outbox.unshare();
    expect(to.flushes).toBe(0);
    to.outbox.flush();
    expect(to.flushes).toBe(1);
    expect([to.text(1), to.text(2)]).toEqual(['first-own-second', 'firstsecond']);
    expect([to.outbox.messages, to.outbox.bytes]).toEqual([5, 27]);
  });

  it('keeps what is shared over a flush, also when a receiver shares within', () => {
    const to = new Receiver();
    const outer = to.share('outer');
    to.outbox.sendShared(1, 1, outer, 5);
    const inner = to.share('in');
    to.outbox.sendShared(1, 1, inner, 2);
    to.outbox.flush();
    to.message(3, (out) => out.writeString('between'));
    to.outbox.sendShared(2, 1, inner, 2);
    to.outbox.unshare();
    to.outbox.flush();
    to.message(3, (out) => out.writeString('!'));
    to.outbox.sendShared(2, 1, outer, 5);
    to.outbox.unshare();
    to.outbox.flush();
    expect([to.text(1), to.text(2), to.text(3)]).toEqual(['outerin', 'inouter', 'between!']);
  });

  it('notes one order for what a handle is sent of neighbouring shared messages', () => {
    const to = new Receiver();
    for (const text of ['one ', 'two ', 'three ']) {
      const offset = to.share(text);
      for (const slot of [1, 2]) to.outbox.sendShared(slot, 1, offset, text.length);
      to.outbox.unshare();
      if (text === 'one ') to.outbox.order(OrderKind.pause, 2, 1);
    }
    to.outbox.flush();
    expect([to.text(1), to.text(2)]).toEqual(['one two three ', 'one two three ']);
    const { write, pause } = OrderKind;
    expect(to.kinds).toEqual([write, write, pause, write]);
    to.outbox.sendShared(1, 1, to.share('next'), 4);
    to.outbox.unshare();
    to.outbox.flush();
    expect(to.text(1)).toBe('one two three next');
  });

  it('uses the room of what is no longer shared again, and refuses what needs more than half', () => {
    const to = new Receiver({ outputSize: 4096 });
    expect(to.share('x'.repeat(2049))).toBe(-1);
    for (let round = 0; round < 5; round++) {
      const text = String(round).repeat(1500);
      to.outbox.sendShared(1, 1, to.share(text), text.length);
      expect(to.share('y'.repeat(1000))).toBe(-1);
      to.outbox.unshare();
    }
    to.outbox.flush();
    expect(to.text(1)).toBe([0, 1, 2, 3, 4].map((round) => String(round).repeat(1500)).join(''));
  });

  it('keeps orders without bytes in their place', () => {
    const to = new Receiver();
    to.message(1, (out) => out.writeString('a'));
    to.outbox.order(OrderKind.shutdown, 1, 1);
    to.message(2, (out) => out.writeString('b'));
    to.outbox.flush();
    expect(to.kinds).toEqual([OrderKind.write, OrderKind.shutdown, OrderKind.write]);
  });

  it('does nothing when there is nothing to flush', () => {
    const to = new Receiver();
    to.message(1, () => {});
    to.outbox.flush();
    expect([to.flushes, to.outbox.epoch, to.outbox.isEmpty]).toEqual([0, 0, true]);
  });

  it('sends a large view of live input from where it lies, with what stands before it', () => {
    const to = new Receiver({ inputSize: 8192 });
    to.memory.arena.fill(7, 100, 1100);
    to.outbox.inputIsLive = true;
    const view = new Uint8Array(to.memory.arena.buffer, 100, 1000);
    const size = to.message(1, (out) => {
      out.writeUint16(1000);
      out.write(view);
      out.writeUint8(9);
    });
    to.outbox.flush();
    expect([size, to.rows]).toEqual([1003, 3]);
    expect(to.bytes.get(1)).toEqual([3, 232, ...new Array(1000).fill(7), 9]);
  });

  it('copies a view of input that is no longer live', () => {
    const to = new Receiver({ inputSize: 8192 });
    to.memory.arena.fill(7, 0, 1000);
    to.message(1, (out) => out.write(new Uint8Array(to.memory.arena.buffer, 0, 1000)));
    to.memory.arena.fill(0, 0, 1000);
    to.outbox.flush();
    expect(to.bytes.get(1)).toEqual(new Array(1000).fill(7));
  });

  it('copies memory of others at once, be it little or much', () => {
    const to = new Receiver({ inputSize: 8192 });
    to.outbox.inputIsLive = true;
    const memory = new Uint8Array(1000);
    for (const size of [10, 1000]) {
      to.message(size % 16, (out) => out.write(memory.subarray(0, size).fill(size % 7)));
    }
    memory.fill(99);
    to.outbox.flush();
    expect(to.bytes.get(10)).toEqual(new Array(10).fill(3));
    expect(to.bytes.get(1000 % 16)).toEqual(new Array(1000).fill(1000 % 7));
  });

  it('takes a message back, wholly', () => {
    const to = new Receiver();
    to.message(1, (out) => out.writeString('kept'));
    to.outbox.begin(1, 1);
    to.outbox.writeString('dropped');
    expect(to.outbox.rollback()).toBe(true);
    to.message(1, (out) => out.writeString('!'));
    to.outbox.flush();
    expect(to.text(1)).toBe('kept!');
  });

  it('takes a message back after it was moved to the front', () => {
    const to = new Receiver({ outputSize: 4096 });
    to.message(1, (out) => out.write(new Uint8Array(4000)));
    to.outbox.begin(2, 1);
    to.outbox.write(new Uint8Array(90));
    to.outbox.write(new Uint8Array(400));
    expect(to.outbox.rollback()).toBe(true);
    to.message(2, (out) => out.writeString('ok'));
    to.outbox.flush();
    expect(to.bytes.get(1)).toHaveLength(4000);
    expect(to.text(2)).toBe('ok');
  });

  it('says when a part of a message has left and cannot be taken back', () => {
    const to = new Receiver({ outputSize: 4096 });
    to.outbox.begin(1, 1);
    for (let i = 0; i < 100; i++) to.outbox.write(new Uint8Array(100));
    expect(to.outbox.handedOver).toBeGreaterThan(0);
    expect(to.outbox.rollback()).toBe(false);
    to.message(1, (out) => out.writeString('x'));
    expect(to.outbox.handedOver).toBe(0);
  });

  it('gives a message up when more of it is unsent than may be, and no other', () => {
    const to = new Receiver({ inputSize: 8192, outputSize: 4096 });
    to.mostUnsent = 6000;
    const write = () =>
      to.message(1, (out) => {
        for (let i = 0; i < 100; i++) out.write(new Uint8Array(100));
      });
    expect(write).toThrow(expect.objectContaining({ code: 'ERR_GEV_OUTPUT_LIMIT' }));
    expect(to.outbox.rollback()).toBe(false);
    // At most an arena over it.
    expect(to.bytes.get(1)!.length).toBeLessThanOrEqual(6000 + 4096);
    to.message(2, (out) => out.writeString('fine'));
    to.outbox.flush();
    expect(to.text(2)).toBe('fine');
    to.memory.queued[1] = 0;
    to.mostUnsent = 10_000;
    expect(write()).toBe(10_000);
  });

  it('gives up a message of one view of the input, written again and again', () => {
    const to = new Receiver({ inputSize: 8192, outputSize: 4096 });
    to.mostUnsent = 100_000;
    to.outbox.inputIsLive = true;
    const view = new Uint8Array(to.memory.arena.buffer, 0, 8192);
    const write = () =>
      to.message(1, (out) => {
        for (let i = 0; i < 1000; i++) out.write(view);
      });
    expect(write).toThrow(expect.objectContaining({ code: 'ERR_GEV_OUTPUT_LIMIT' }));
    expect(to.outbox.rollback()).toBe(false);
    expect(to.bytes.get(1)!.length).toBeLessThan(120_000);
  });

  it.each([[3], ['text'], [[1, 2]], [new DataView(new ArrayBuffer(4))]])(
    'refuses to write %j',
    (value) => {
      const to = new Receiver();
      to.outbox.begin(1, 1);
      expect(() => to.outbox.write(value as unknown as Uint8Array)).toThrow(
        expect.objectContaining({ code: 'ERR_GEV_HANDLER' }),
      );
      to.outbox.rollback();
      to.message(1, (out) => out.writeString('fine'));
      to.outbox.flush();
      expect(to.text(1)).toBe('fine');
    },
  );

  it('refuses a message inside a message', () => {
    const to = new Receiver();
    to.outbox.begin(1, 1);
    expect(() => to.outbox.begin(2, 1)).toThrow(/inside pack/);
  });

  it('loses, moves and doubles nothing, whatever the sizes (against plain arrays)', () => {
    const piece = fc.record({
      slot: fc.integer({ min: 0, max: 3 }),
      sizes: fc.array(fc.integer({ min: 0, max: 6000 }), { maxLength: 4 }),
      how: fc.constantFrom('bytes', 'text', 'input', 'back', 'integers'),
    });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const to = new Receiver({ inputSize: 8192, outputSize: 4096, batch: 8 });
        to.outbox.inputIsLive = true;
        for (let i = 0; i < 8192; i++) to.memory.arena[i] = i % 251;
        const input = to.memory.arena.buffer;
        const expected = new Map<number, number[]>();
        let value = 0;
        for (const { slot, sizes, how } of pieces) {
          const wrote: number[] = [];
          const size = () =>
            to.message(slot, (out) => {
              for (const each of sizes) wrote.push(...writePiece(out, input, how, each, value++));
            });
          if (how === 'back' && sizes.reduce((sum, each) => sum + each, 0) < 3000) {
            to.outbox.begin(slot, 1);
            for (const each of sizes) writePiece(to.outbox, input, 'bytes', each, value++);
            expect(to.outbox.rollback()).toBe(true);
            continue;
          }
          expect(size()).toBe(wrote.length);
          expected.set(slot, [...(expected.get(slot) ?? []), ...wrote]);
        }
        to.outbox.flush();
        for (const [slot, bytes] of expected) expect(to.bytes.get(slot) ?? []).toEqual(bytes);
      }),
      { numRuns: 200 },
    );
  });

  function writePiece(
    out: Outbox,
    input: ArrayBuffer,
    how: string,
    size: number,
    value: number,
  ): number[] {
    const fill = value % 128;
    if (how === 'text') {
      out.writeString(String.fromCharCode(fill).repeat(size));
      return new Array(size).fill(fill);
    }
    if (how === 'input') {
      const view = new Uint8Array(input, 0, size);
      out.write(view);
      return [...view];
    }
    if (how === 'integers') {
      out.writeUint32(value);
      return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
    }
    out.write(new Uint8Array(size).fill(fill));
    return new Array(size).fill(fill);
  }
});
