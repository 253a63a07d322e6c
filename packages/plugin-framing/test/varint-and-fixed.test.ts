import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { fixed, varint32 } from '../src/index.js';
import { coded, Drive, hex, latin1, packed, unpackAll } from './drive.js';

const refused = (message: RegExp) => coded('ERR_GEV_PROTOCOL', message);
const unsendable = (message: RegExp) => coded('ERR_GEV_HANDLER', message);

describe('varint32', () => {
  const protocol = varint32({ maxFrameLength: 2 ** 32 - 1 });

  it('writes the examples of the Protobuf documentation', () => {
    assert.deepEqual(packed(protocol, new Uint8Array(1)), hex('01 00'));
    assert.deepEqual(packed(protocol, new Uint8Array(150)).subarray(0, 2), hex('96 01'));
    assert.deepEqual(packed(protocol, new Uint8Array(16_384)).subarray(0, 3), hex('80 80 01'));
  });

  it('takes lengths with needless bytes, as Protobuf does', () => {
    assert.deepEqual(unpackAll(protocol, hex('8000')), [new Uint8Array(0)]);
    assert.deepEqual(unpackAll(protocol, hex('8180808000 aa')), [hex('aa')]);
  });

  it('takes 32 bits and refuses more', () => {
    assert.deepEqual(unpackAll(protocol, hex('ffffffff0f')), []);
    assert.throws(() => unpackAll(protocol, hex('ffffffff10')), refused(/over 32 bits/));
    assert.throws(() => unpackAll(protocol, hex('8080808080')), refused(/more than 5 bytes/));
    assert.throws(() => unpackAll(varint32(), hex('ffffffff0f')), refused(/4294967295 bytes/));
  });

  it('takes a message of maxFrameLength and no more', () => {
    const capped = varint32({ maxFrameLength: 200 });
    assert.equal(unpackAll(capped, packed(capped, new Uint8Array(200)))[0]!.length, 200);
    assert.throws(() => unpackAll(capped, hex('c901')), refused(/201 bytes/));
    assert.throws(() => packed(capped, new Uint8Array(201)), unsendable(/201 bytes/));
  });
});

describe('fixed', () => {
  it('cuts a stream in pieces of one size', () => {
    const drive = new Drive(fixed(3));
    assert.deepEqual(drive.receive(latin1('abcdefgh')), [latin1('abc'), latin1('def')]);
    assert.deepEqual(drive.receive(latin1('i')), [latin1('ghi')]);
  });

  it('packs that size alone, bytes or text', () => {
    assert.deepEqual(packed(fixed(3), '€'), hex('e282ac'));
    assert.throws(() => packed(fixed(3), 'abcd'), unsendable(/4 bytes .* every frame has 3/));
  });
});
