import {
  back,
  binary,
  type Case,
  close,
  cutFrames,
  echo,
  fails,
  more,
  ping,
  pong,
  text,
} from './case.js';
import { LARGE_CASES } from './cases-large.js';
import type { WireFrame } from './wire.js';

const SIZES = [0, 125, 126, 127, 128, 65_535, 65_536];
const CHOPS = [undefined, 'frames', 'octets'] as const;
const HELLO = 'Hello, world!';

const sizes: Case[] = ([1, 2] as const).flatMap((opcode) => [
  ...SIZES.map((size, index) =>
    echo(`1.${opcode}.${index + 1}`, opcode, Buffer.alloc(size, opcode === 1 ? '*' : 0xfe)),
  ),
  echo(`1.${opcode}.8`, opcode, Buffer.alloc(65_536, opcode === 1 ? '*' : 0xfe), 997),
]);

const odd = Buffer.from('00fffefdfcfb00ff', 'hex');
const full = Buffer.alloc(125, 0xfe);
const ten = Array.from({ length: 10 }, (_, index) => `payload-${index}`);

const pings: Case[] = [
  { id: '2.1', send: [ping()], expect: [back(10, '')] },
  { id: '2.2', send: [ping(HELLO)], expect: [back(10, HELLO)] },
  { id: '2.3', send: [ping(odd)], expect: [back(10, odd)] },
  { id: '2.4', send: [ping(full)], expect: [back(10, full)] },
  fails('2.5', [ping(Buffer.alloc(126, 0xfe))]),
  { id: '2.6', send: [ping(full)], expect: [back(10, full)], chop: 'octets' },
  { id: '2.7', send: [pong()], expect: [] },
  { id: '2.8', send: [pong('unsolicited')], expect: [] },
  { id: '2.9', send: [pong('unsolicited'), ping('x')], expect: [back(10, 'x')] },
  { id: '2.10', send: ten.map(ping), expect: ten.map((payload) => back(10, payload)) },
  {
    id: '2.11',
    send: ten.map(ping),
    expect: ten.map((payload) => back(10, payload)),
    chop: 'octets',
  },
];

const reserved: Case[] = [
  fails('3.1', [{ ...text(HELLO), rsv: 0x10 }]),
  ...CHOPS.map((chop, index) =>
    fails(
      `3.${index + 2}`,
      [text(HELLO), { ...text(HELLO), rsv: 0x20 }, ping()],
      1002,
      [back(1, HELLO)],
      chop,
    ),
  ),
  fails('3.5', [{ ...binary(full), rsv: 0x50 }]),
  fails('3.6', [{ ...ping(HELLO), rsv: 0x60 }]),
  fails('3.7', [{ ...close(1000), rsv: 0x70 }]),
];

const opcodes: Case[] = [3, 11].flatMap((first, group) => [
  fails(`4.${group + 1}.1`, [{ opcode: first }]),
  fails(`4.${group + 1}.2`, [{ opcode: first + 1, payload: 'reserved' }]),
  fails(`4.${group + 1}.3`, [text(HELLO), { opcode: first + 2 }, ping()], 1002, [back(1, HELLO)]),
  fails(`4.${group + 1}.4`, [text(HELLO), { opcode: first + 3, payload: HELLO }, ping()], 1002, [
    back(1, HELLO),
  ]),
  fails(
    `4.${group + 1}.5`,
    [text(HELLO), { opcode: first + 4, payload: HELLO }, ping()],
    1002,
    [back(1, HELLO)],
    'octets',
  ),
]);

const two = [text('fragment1', false), more('fragment2')];
const twoWithPing = [text('fragment1', false), ping('ping'), more('fragment2')];
const joined = back(1, 'fragment1fragment2');

const fragments: Case[] = [
  fails('5.1', [{ ...ping('fragment1'), fin: false }, more('fragment2')]),
  fails('5.2', [{ ...pong('fragment1'), fin: false }, more('fragment2')]),
  ...CHOPS.map(
    (chop, index): Case => ({
      id: `5.${index + 3}`,
      send: two,
      expect: [joined],
      ...(chop && { chop }),
    }),
  ),
  ...CHOPS.map(
    (chop, index): Case => ({
      id: `5.${index + 6}`,
      send: twoWithPing,
      expect: [back(10, 'ping'), joined],
      ...(chop && { chop }),
    }),
  ),
  ...CHOPS.map((chop, index) =>
    fails(`5.${index + 9}`, [more('nothing'), text(HELLO)], 1002, [], chop),
  ),
  ...CHOPS.map((chop, index) =>
    fails(`5.${index + 12}`, [more('nothing', false), text(HELLO)], 1002, [], chop),
  ),
  fails('5.15', [...two, more('fragment3', false), text('fragment4')], 1002, [joined]),
  fails('5.16', [more('fragment1', false), text('fragment2', false), more('fragment3')]),
  fails('5.17', [more('fragment1'), text('fragment2', false), more('fragment3')]),
  fails('5.18', [text('fragment1', false), text('fragment2')]),
  ...(['5.19', '5.20'] as const).map(
    (id): Case => ({
      id,
      send: [
        text('fragment1', false),
        more('fragment2', false),
        ping('pongme 1!'),
        more('fragment3', false),
        more('fragment4', false),
        ping('pongme 2!'),
        more('fragment5'),
      ],
      expect: [
        back(10, 'pongme 1!'),
        back(10, 'pongme 2!'),
        back(1, 'fragment1fragment2fragment3fragment4fragment5'),
      ],
      ...(id === '5.20' && { chop: 'frames' as const }),
    }),
  ),
];

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex');
const KOSME = hex('ce ba e1 bd b9 cf 83 ce bc ce b5');
const MIXED = Buffer.from('Hello-µ@ßöäüàá-UTF-8!!');

/** Byte by byte in frames of their own. */
function octetFrames(payload: Buffer): WireFrame[] {
  return [...payload].map((byte, index) => {
    const fin = index === payload.length - 1;
    return index === 0 ? text(Uint8Array.of(byte), fin) : more(Uint8Array.of(byte), fin);
  });
}

// From 6.5 on: the ids of valid and invalid texts, as in Markus Kuhn's stress test.
const VALID: Record<string, string> = {
  '6.5.1': '6869 24 696f',
  '6.5.2': '6869 c2a2 696f',
  '6.5.3': '6869 e282ac 696f',
  '6.5.4': '6869 f0a4ada2 696f',
  '6.5.5': 'f0a4ada2',
  '6.6.2': 'ceba',
  '6.6.5': 'cebae1bdb9',
  '6.6.7': 'cebae1bdb9cf83',
  '6.6.9': 'cebae1bdb9cf83cebc',
  '6.6.11': 'cebae1bdb9cf83cebcceb5',
  '6.7.1': '00',
  '6.7.2': 'c280',
  '6.7.3': 'e0a080',
  '6.7.4': 'f0908080',
  '6.9.1': '7f',
  '6.9.2': 'dfbf',
  '6.9.3': 'efbfbf',
  '6.9.4': 'f48fbfbf',
  '6.11.1': 'ed9fbf',
  '6.11.2': 'ee8080',
  '6.11.3': 'efbfbd',
  '6.11.4': 'f48fbfbf',
  ...Object.fromEntries(
    [
      'efbfbe',
      'efbfbf',
      ...Array.from({ length: 16 }, (_, plane) => 0x1fffe + plane * 0x10000).flatMap((point) =>
        [point, point + 1].map((each) => Buffer.from(String.fromCodePoint(each)).toString('hex')),
      ),
    ].map((digits, index) => [`6.22.${index + 1}`, digits]),
  ),
  ...Object.fromEntries(
    ['efbfb9', 'efbfba', 'efbfbb', 'efbfbc', 'efbfbd', 'efbfbe', 'efbfbf'].map((digits, index) => [
      `6.23.${index + 1}`,
      digits,
    ]),
  ),
};

const LASTS = ['c0', 'e080', 'f08080', 'f8808080', 'fc80808080'];
const INVALID: Record<string, string> = {
  '6.6.1': 'ce',
  '6.6.3': 'cebae1',
  '6.6.4': 'cebae1bd',
  '6.6.6': 'cebae1bdb9cf',
  '6.6.8': 'cebae1bdb9cf83ce',
  '6.6.10': 'cebae1bdb9cf83cebcce',
  '6.8.1': 'f888808080',
  '6.8.2': 'fc8480808080',
  '6.10.1': 'f7bfbfbf',
  '6.10.2': 'fbbfbfbfbf',
  '6.10.3': 'fdbfbfbfbfbf',
  '6.11.5': 'f4908080',
  ...Object.fromEntries(
    [
      '80',
      'bf',
      '80bf',
      '80bf80',
      '80bf80bf',
      '80bf80bf80',
      '80bf80bf80bf',
      Array.from({ length: 64 }, (_, low) => (0x80 + low).toString(16)).join(''),
    ].map((digits, index) => [`6.12.${index + 1}`, digits]),
  ),
  ...Object.fromEntries(
    [
      [0xc0, 32],
      [0xe0, 16],
      [0xf0, 8],
      [0xf8, 4],
      [0xfc, 2],
    ].map(([first, count], index) => [
      `6.13.${index + 1}`,
      Array.from({ length: count! }, (_, each) => `${(first! + each).toString(16)}20`).join(''),
    ]),
  ),
  ...Object.fromEntries(
    [...LASTS, 'df', 'efbf', 'f7bfbf', 'fbbfbfbf', 'fdbfbfbfbf'].map((digits, index) => [
      `6.14.${index + 1}`,
      digits,
    ]),
  ),
  '6.15.1': [...LASTS, 'df', 'efbf', 'f7bfbf', 'fbbfbfbf', 'fdbfbfbfbf'].join(''),
  '6.16.1': 'fe',
  '6.16.2': 'ff',
  '6.16.3': 'fefeffff',
  ...Object.fromEntries(
    ['c0af', 'e080af', 'f08080af', 'f8808080af', 'fc80808080af'].map((digits, index) => [
      `6.17.${index + 1}`,
      digits,
    ]),
  ),
  ...Object.fromEntries(
    ['c1bf', 'e09fbf', 'f08fbfbf', 'f887bfbfbf', 'fc83bfbfbfbf'].map((digits, index) => [
      `6.18.${index + 1}`,
      digits,
    ]),
  ),
  ...Object.fromEntries(
    ['c080', 'e08080', 'f0808080', 'f880808080', 'fc8080808080'].map((digits, index) => [
      `6.19.${index + 1}`,
      digits,
    ]),
  ),
  ...Object.fromEntries(
    ['eda080', 'edadbf', 'edae80', 'edafbf', 'edb080', 'edbe80', 'edbfbf'].map((digits, index) => [
      `6.20.${index + 1}`,
      digits,
    ]),
  ),
  ...Object.fromEntries(
    [
      'eda080edb080',
      'eda080edbfbf',
      'edadbfedb080',
      'edadbfedbfbf',
      'edae80edb080',
      'edae80edbfbf',
      'edafbfedb080',
      'edafbfedbfbf',
    ].map((digits, index) => [`6.21.${index + 1}`, digits]),
  ),
};

const utf8: Case[] = [
  echo('6.1.1', 1, ''),
  { id: '6.1.2', send: [text('', false), more('', false), more('')], expect: [back(1, '')] },
  {
    id: '6.1.3',
    send: [text('', false), more('middle', false), more('')],
    expect: [back(1, 'middle')],
  },
  echo('6.2.1', 1, MIXED),
  {
    id: '6.2.2',
    send: [text(MIXED.subarray(0, 12), false), more(MIXED.subarray(12))],
    expect: [back(1, MIXED)],
  },
  { id: '6.2.3', send: octetFrames(MIXED), expect: [back(1, MIXED)] },
  { id: '6.2.4', send: octetFrames(KOSME), expect: [back(1, KOSME)] },
  fails('6.3.1', [text(Buffer.concat([KOSME, hex('eda080'), Buffer.from('edited')]))], 1007),
  fails('6.3.2', octetFrames(Buffer.concat([KOSME, hex('eda080'), Buffer.from('edited')])), 1007),
  // Failing fast: the end of the message is not sent at all.
  fails('6.4.1', [text(KOSME, false), more(hex('f4908080'), false)], 1007),
  fails('6.4.2', [text(Buffer.concat([KOSME, hex('f4')]), false), more(hex('90'), false)], 1007),
  fails('6.4.3', [text(Buffer.concat([KOSME, hex('f4908080')]), false)], 1007, [], 'octets'),
  fails('6.4.4', [text(Buffer.concat([KOSME, hex('f490')]), false)], 1007, [], 'octets'),
  ...Object.entries(VALID).map(([id, digits]) => echo(id, 1, hex(digits))),
  ...Object.entries(INVALID).map(([id, digits]) => fails(id, [text(hex(digits))], 1007)),
];

const closes: Case[] = [
  { id: '7.1.1', send: [text(HELLO), close(1000)], expect: [back(1, HELLO)], close: 1000 },
  { id: '7.1.2', send: [close(1000), close(1000)], expect: [], close: 1000 },
  { id: '7.1.3', send: [close(1000), ping('x')], expect: [], close: 1000 },
  { id: '7.1.4', send: [close(1000), text(HELLO)], expect: [], close: 1000 },
  {
    id: '7.1.5',
    send: [text('fragment1', false), close(1000), more('fragment2')],
    expect: [],
    close: 1000,
  },
  {
    id: '7.1.6',
    send: [text('x'.repeat(256 * 1024)), text(HELLO), close(1000), ping('x')],
    expect: [back(1, 'x'.repeat(256 * 1024)), back(1, HELLO)],
    close: 1000,
  },
  { id: '7.3.1', send: [close()], expect: [], close: 1005 },
  fails('7.3.2', [{ opcode: 8, payload: 'a' }]),
  { id: '7.3.3', send: [close(1000)], expect: [], close: 1000 },
  { id: '7.3.4', send: [close(1000, HELLO)], expect: [], close: 1000 },
  { id: '7.3.5', send: [close(1000, '*'.repeat(123))], expect: [], close: 1000 },
  fails('7.3.6', [close(1000, '*'.repeat(124))]),
  fails('7.5.1', [close(1000, Buffer.concat([KOSME, hex('eda080'), Buffer.from('edited')]))], 1007),
  ...[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999].map(
    (code, index): Case => ({
      id: `7.7.${index + 1}`,
      send: [close(code)],
      expect: [],
      close: code,
    }),
  ),
  ...[0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999].map((code, index) =>
    fails(`7.9.${index + 1}`, [close(code)]),
  ),
  // Their verdict is informational.
  fails('7.13.1', [close(5000)]),
  fails('7.13.2', [close(65_535)]),
];

const fragmented = Buffer.alloc(65_536, '*');

/**
 * The cases of the Autobahn test suite, groups 1 to 7, 9 and 10, by their ids, written from their
 * descriptions. Groups 12 and 13 stand in `cases-deflate.ts`.
 */
export const CASES: readonly Case[] = [
  ...sizes,
  ...pings,
  ...reserved,
  ...opcodes,
  ...fragments,
  ...utf8,
  ...closes,
  ...LARGE_CASES,
  { id: '10.1.1', send: cutFrames(1, fragmented, 1300), expect: [back(1, fragmented)] },
];
