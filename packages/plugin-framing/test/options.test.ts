import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import {
  compose,
  delimiter,
  fixed,
  lengthField,
  line,
  mapProtocol,
  varint32,
  withChecksum,
} from '../src/index.js';
import { coded, hex } from './drive.js';

/** Whatever JavaScript lets somebody give. */
const any = (value: unknown) => value as never;

const JSON_CODEC = { decode: JSON.parse, encode: JSON.stringify };

const MISTAKES: readonly [name: string, make: () => unknown, message: RegExp][] = [
  ['bytes', () => lengthField({ bytes: any(5) }), /bytes is 5: give one of 1, 2, 3, 4, 8/],
  ['endian', () => lengthField({ endian: any('middle') }), /endian is 'middle': give one of 'big'/],
  ['offset', () => lengthField({ offset: -1 }), /offset is -1: give a whole number from 0/],
  ['adjustment', () => lengthField({ adjustment: 0.5 }), /adjustment is 0.5/],
  ['strip', () => lengthField({ strip: Number.NaN }), /strip is NaN/],
  ['maxFrameLength', () => lengthField({ maxFrameLength: 0 }), /maxFrameLength is 0/],
  ['failFast', () => lengthField({ failFast: any(1) }), /failFast is 1: give one of true, false/],
  ['a wrong name', () => lengthField(any({ maxLength: 1 })), /no option 'maxLength': .*maxFrame/],
  ['no object', () => lengthField(any(4)), /the options are 4/],
  ['null', () => varint32(any(null)), /the options are null/],
  ['a header that is missing', () => lengthField({ offset: 2 }), /header is undefined.*6 bytes/],
  ['a header of a wrong size', () => lengthField({ offset: 2, header: hex('ca') }), /is 1 bytes/],
  [
    'a header of text',
    () => lengthField({ bytes: 1, strip: 2, header: any('ca') }),
    /header is 'ca'/,
  ],
  ['a needless header', () => lengthField({ header: new Uint8Array(4) }), /leave it out/],
  [
    'a cap under the header',
    () => lengthField({ maxFrameLength: 3 }),
    /no frame fits.*from 0 to -1/,
  ],
  [
    'an adjustment out of reach',
    () => lengthField({ bytes: 1, adjustment: -256 }),
    /no frame fits/,
  ],
  ['strip out of reach', () => lengthField({ bytes: 1, strip: 300 }), /no frame fits/],
  ['varint32', () => varint32({ maxFrameLength: -1 }), /maxFrameLength is -1/],
  ['varint32 name', () => varint32(any({ bytes: 1 })), /no option 'bytes'/],
  ['fixed', () => fixed(0), /size is 0: give a whole number from 1/],
  ['fixed without', () => fixed(any(undefined)), /size is undefined/],
  ['line length', () => line({ maxLength: -1 }), /maxLength is -1/],
  [
    'line newline',
    () => line({ newline: any('\r') }),
    /newline is '\\r': give one of '\\n', '\\r\\n'/,
  ],
  ['line encoding', () => line({ encoding: any('latin1') }), /encoding is 'latin1'/],
  ['line name', () => line(any({ crlf: true })), /no option 'crlf'/],
  ['no delimiter', () => delimiter([]), /no delimiter/],
  ['an empty delimiter', () => delimiter(['\n', '']), /delimiter is empty/],
  ['a delimiter of a number', () => delimiter(any(0)), /a delimiter is 0/],
  [
    'a delimiter at the front of another',
    () => delimiter(['\r\n', '\r']),
    /"\\r\\n" has "\\r" in it/,
  ],
  ['a delimiter inside of another', () => delimiter(['b', 'abc']), /"abc" has "b" in it/],
  ['a delimiter twice in another', () => delimiter(['nn', 'n']), /"nn" has "n" in it/],
  [
    'delimiter length',
    () => delimiter('\n', { maxFrameLength: any('1') }),
    /maxFrameLength is '1'/,
  ],
  ['withChecksum order', () => withChecksum(fixed(8), { endian: any('') }), /endian is ''/],
  ['a checksum of lines', () => withChecksum(line({ encoding: 'bytes' })), /withChecksum needs/],
  ['a checksum of text', () => withChecksum(any(line())), /withChecksum needs/],
  [
    'a checksum between headers',
    () => withChecksum(lengthField({ strip: 0 })),
    /withChecksum needs/,
  ],
  ['a checksum twice', () => withChecksum(withChecksum(fixed(8))), /withChecksum needs/],
  ['a codec without encode', () => mapProtocol(line(), any({ decode() {} })), /function encode/],
  ['a checksum of nothing', () => withChecksum(any(undefined)), /withChecksum needs/],
  ['a function for its protocol', () => mapProtocol(any(line), JSON_CODEC), /returns, not line/],
  ['no protocol', () => compose(any(undefined), JSON_CODEC), /is no protocol/],
  ['no codec', () => compose(line(), any(undefined)), /function decode/],
];

describe('a wrong option', () => {
  for (const [name, make, message] of MISTAKES) {
    it(`${name} is told at once`, () => {
      assert.throws(make, coded('ERR_GEV_INVALID_OPTION', message));
    });
  }

  it('is told also where it cannot be turned into text', () => {
    for (const value of [Object.create(null), { toString: JSON.parse }, Symbol('odd'), 1n]) {
      const odd = any(value);
      for (const make of [
        () => lengthField({ bytes: odd }),
        () => lengthField({ offset: odd }),
        () => lengthField({ header: odd, offset: 2, strip: 6 }),
        () => line({ encoding: odd }),
        () => delimiter(odd),
        () => delimiter([odd]),
        () => fixed(odd),
        () => withChecksum(fixed(8), { endian: odd }),
      ]) {
        assert.throws(make, coded('ERR_GEV_INVALID_OPTION', / is .*: give /));
      }
    }
  });

  it('is not what is the default', () => {
    lengthField({
      bytes: 4,
      endian: 'big',
      offset: 0,
      adjustment: 0,
      strip: 4,
      maxFrameLength: 2 ** 20,
      failFast: true,
    });
    line({ maxLength: 65_536, strip: true, newline: '\n', encoding: 'utf8' });
    delimiter(['\n', '\n'], { maxFrameLength: 65_536, strip: true });
  });
});
