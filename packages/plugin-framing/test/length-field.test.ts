import assert from 'node:assert/strict';
import { createTestConnection } from '@gev/conformance';
import { RingBuffer } from '@gev/ringbuffer';
import { describe, it } from 'vitest';
import { fixed, lengthField, varint32 } from '../src/index.js';
import { coded, hex, packed, unpackAll } from './drive.js';

const refused = (message: RegExp) => coded('ERR_GEV_PROTOCOL', message);
const unsendable = (message: RegExp) => coded('ERR_GEV_HANDLER', message);
const MiB = 1024 * 1024;

describe('lengthField', () => {
  it('yields views of the input, not copies', () => {
    const arena = new Uint8Array(100);
    arena.set(hex('00000003 616263'), 20);
    const buffer = new RingBuffer().withData(arena, 20, 7);
    const message = lengthField().unpack(buffer, createTestConnection())!;
    assert.equal(message.buffer, arena.buffer);
    assert.equal(message.byteOffset, 24);
  });

  it('writes lengths of every size and order', () => {
    const body = 'ff'.repeat(0x0102);
    const expected = {
      big: { 2: '0102', 3: '000102', 4: '00000102', 8: '0000000000000102' },
      little: { 2: '0201', 3: '020100', 4: '02010000', 8: '0201000000000000' },
    };
    for (const endian of ['big', 'little'] as const) {
      for (const bytes of [2, 3, 4, 8] as const) {
        const frame = packed(lengthField({ bytes, endian }), hex(body));
        assert.deepEqual(frame, hex(expected[endian][bytes] + body), `${bytes} ${endian}`);
      }
    }
  });

  it('reads lengths whose bytes all count', () => {
    const size = 0x030201;
    for (const [endian, field] of [
      ['big', '030201'],
      ['little', '010203'],
    ] as const) {
      const options = { bytes: 3, endian, maxFrameLength: 2 ** 24 } as const;
      const frame = Buffer.concat([hex(field), new Uint8Array(size)]);
      assert.equal(unpackAll(lengthField(options), frame)[0]!.length, size);
    }
  });

  it('packs text as UTF-8', () => {
    assert.deepEqual(packed(lengthField({ bytes: 1 }), '€'), hex('03 e282ac'));
  });

  it('takes a frame of maxFrameLength, its header counted, and no more', () => {
    const protocol = lengthField({ bytes: 2, maxFrameLength: 12 });
    assert.equal(unpackAll(protocol, packed(protocol, new Uint8Array(10)))[0]!.length, 10);
    assert.throws(
      () => unpackAll(protocol, hex('000b')),
      refused(/13 bytes: maxFrameLength is 12/),
    );
    assert.throws(
      () => packed(protocol, new Uint8Array(11)),
      unsendable(/11 bytes .* from 0 to 10/),
    );
  });

  it('has a default cap of 1 MiB', () => {
    const protocol = lengthField();
    assert.deepEqual(unpackAll(protocol, hex('000ffffc')), []);
    assert.throws(() => unpackAll(protocol, hex('000ffffd')), refused(/1048577/));
    assert.equal(packed(protocol, new Uint8Array(MiB - 4)).length, MiB);
  });

  it('refuses lengths of 2^53 and more, which a signed reader takes for negative ones', () => {
    for (const length of ['ffffffffffffffff', '8000000000000000', '0020000000000000']) {
      assert.throws(
        () => unpackAll(lengthField({ bytes: 8 }), hex(length)),
        refused(/negative or/),
      );
    }
    const little = lengthField({ bytes: 8, endian: 'little' });
    assert.throws(() => unpackAll(little, hex('0000000000002000')), refused(/negative or/));
    assert.throws(() => unpackAll(little, hex('ffffffffffff1f00')), refused(/maxFrameLength/));
    assert.throws(() => unpackAll(lengthField(), hex('ffffffff')), refused(/maxFrameLength/));
  });

  it('refuses a frame shorter than its header, or than what is stripped', () => {
    const whole = lengthField({ bytes: 2, adjustment: -2 });
    assert.throws(() => unpackAll(whole, hex('0001')), refused(/length 1.*less than its header 2/));
    assert.deepEqual(unpackAll(whole, hex('0002')), [new Uint8Array(0)]);
    const strip = lengthField({ bytes: 1, strip: 3, header: new Uint8Array(3) });
    assert.throws(() => unpackAll(strip, hex('01')), refused(/less than .* strip 3/));
    assert.deepEqual(unpackAll(strip, hex('02 aabb')), [new Uint8Array(0)]);
  });

  it('needs a message with room for its header, where that is not stripped', () => {
    const protocol = lengthField({ bytes: 2, offset: 1, strip: 0 });
    assert.throws(() => packed(protocol, new Uint8Array(2)), unsendable(/from 3 to/));
    assert.throws(() => packed(protocol, 'text'), unsendable(/send bytes, not text/));
    assert.deepEqual(packed(protocol, hex('ca ffff 01')), hex('ca 0001 01'));
  });

  it('refuses a header for what is no size', () => {
    for (const protocol of [lengthField(), lengthField({ bytes: 2 }), varint32(), fixed(1)]) {
      const out = new RingBuffer();
      for (const size of [-1, Number.NaN, undefined as never]) {
        assert.throws(() => protocol.packHeader!(size, out), unsendable(/of (-1|NaN|undefined) b/));
      }
      assert.equal(out.length, 0);
    }
  });

  it('keeps its header, whatever becomes of the bytes that were given', () => {
    const header = hex('ca 00');
    const protocol = lengthField({ offset: 1, bytes: 1, header });
    header.fill(0);
    assert.deepEqual(packed(protocol, hex('aa')), hex('ca 01 aa'));
  });
});
