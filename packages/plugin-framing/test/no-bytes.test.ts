import assert from 'node:assert/strict';
import { RingBuffer } from '@gev/ringbuffer';
import { describe, it } from 'vitest';
import { delimiter, fixed, lengthField, line, varint32, withChecksum } from '../src/index.js';
import { coded } from './drive.js';

const PROTOCOLS = {
  'lengthField()': lengthField(),
  'lengthField of two bytes': lengthField({ bytes: 2 }),
  'lengthField that strips nothing': lengthField({ strip: 0 }),
  varint32: varint32(),
  fixed: fixed(4),
  'line of text': line(),
  'line of bytes': line({ encoding: 'bytes' }),
  delimiter: delimiter('\n'),
  'delimiter that strips nothing': delimiter('\n', { strip: false }),
  withChecksum: withChecksum(lengthField()),
};

/** Each has a `length` or a `byteLength` of 4, as a message that fits has. */
const VALUES: readonly (readonly [type: string, value: unknown])[] = [
  ['Array', [1, 2, 3, 4]],
  ['ArrayBuffer', new ArrayBuffer(4)],
  ['DataView', new DataView(new ArrayBuffer(4))],
  ['Uint16Array', new Uint16Array(4)],
  ['Object', { length: 4 }],
  ['Promise', Promise.resolve(new Uint8Array(4))],
  ['Number', 4],
  ['Null', null],
  ['Undefined', undefined],
];

describe('a value that is no bytes', () => {
  for (const [name, protocol] of Object.entries(PROTOCOLS)) {
    for (const [type, value] of VALUES) {
      it(`${type} is not packed by ${name}`, () => {
        const out = new RingBuffer();
        assert.throws(
          () => protocol.pack(value as never, out, undefined as never),
          coded('ERR_GEV_HANDLER', new RegExp(`a value of type ${type} is no bytes: give a Uint8`)),
        );
        assert.equal(out.length, 0);
      });
    }
  }
});
