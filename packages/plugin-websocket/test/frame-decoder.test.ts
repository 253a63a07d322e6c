import { RingBuffer } from '@gev/ringbuffer';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { chooseCodecs, Deflate } from '../src/deflate/deflate.js';
import { resolveDeflate } from '../src/deflate/options.js';
import { ControlFrame, FrameDecoder } from '../src/frame-decoder.js';
import { Masker } from '../src/mask.js';
import { closeCodeOf } from '../src/violation.js';
import { anyCuts, anyStream, cut, RUNS, turn } from './any-stream.js';
import { KEY, masked, type WireFrame, wire } from './wire.js';

const RULES = {
  masked: true,
  textAsBytes: false,
  maxPayload: 100_000,
  maxFragments: 10,
  masker: new Masker(),
};

const SMALL = 2_000;
const NO_TAKEOVER = {
  ownWindowBits: 15,
  ownContextTakeover: false,
  peerWindowBits: 15,
  peerContextTakeover: false,
};

type Seen = string | number[] | { opcode: number; payload: string } | { code: number | undefined };

/** What comes out of pieces: texts, arrays of bytes, control frames, and the code of a violation. */
function decode(pieces: readonly Uint8Array[], rules: Partial<typeof RULES> = {}): Seen[] {
  const decoder = new FrameDecoder({ ...RULES, ...rules });
  const buffer = new RingBuffer();
  const seen: Seen[] = [];
  try {
    for (const piece of pieces) {
      buffer.write(piece);
      for (let got = decoder.read(buffer); got !== undefined; got = decoder.read(buffer)) {
        if (got instanceof ControlFrame) {
          seen.push({ opcode: got.opcode, payload: Buffer.from(got.payload).toString() });
        } else {
          expect(typeof got === 'string').toBe(!decoder.isBinary);
          seen.push(typeof got === 'string' ? got : [...got]);
        }
      }
      expect(decoder.held).toBeLessThanOrEqual(2 * RULES.maxPayload);
    }
  } catch (error) {
    seen.push({ code: closeCodeOf(error) });
  }
  return seen;
}

/** However the bytes are cut: whole, byte by byte, and in two at each place. */
function decodeAnyhow(bytes: Buffer, rules: Partial<typeof RULES> = {}): Seen[] {
  const whole = decode([bytes], rules);
  if (bytes.length < 2000) {
    expect(
      decode(
        [...bytes].map((byte) => Uint8Array.of(byte)),
        rules,
      ),
    ).toEqual(whole);
    for (let at = 1; at < bytes.length; at += 1) {
      expect(decode([bytes.subarray(0, at), bytes.subarray(at)], rules)).toEqual(whole);
    }
  }
  return whole;
}

const frames = (...list: Buffer[]): Buffer => Buffer.concat(list);
const piece = (opcode: number, payload: string, fin = false): Buffer =>
  masked(opcode, payload, { fin });

const GOOD: [name: string, bytes: Buffer, seen: Seen[]][] = [
  [
    'the masked Hello of RFC 6455, section 5.7',
    Buffer.from('818537fa213d7f9f4d5158', 'hex'),
    ['Hello'],
  ],
  ['an empty text', masked(1), ['']],
  ['an empty binary message', masked(2), [[]]],
  ['a text with every size of character', masked(1, 'aé漢😀\u{feff}'), ['aé漢😀\u{feff}']],
  ['a message in fragments', frames(piece(1, 'Hel'), piece(0, 'lo', true)), ['Hello']],
  [
    'a character across fragments',
    frames(
      masked(1, Uint8Array.of(0xf0, 0x9f), { fin: false }),
      masked(0, Uint8Array.of(0x98, 0x80)),
    ),
    ['😀'],
  ],
  ['empty fragments', frames(piece(2, ''), piece(0, ''), piece(0, '', true)), [[]]],
  [
    'a ping within a message',
    frames(piece(1, 'a'), masked(9, 'now'), piece(0, 'b', true), masked(10)),
    [{ opcode: 9, payload: 'now' }, 'ab', { opcode: 10, payload: '' }],
  ],
  [
    'messages behind one another',
    frames(masked(1, 'a'), masked(2, 'b'), masked(1, 'c')),
    ['a', [98], 'c'],
  ],
  ['125 bytes', masked(1, 'x'.repeat(125)), ['x'.repeat(125)]],
  ['126 bytes', masked(1, 'x'.repeat(126)), ['x'.repeat(126)]],
  ['a key of zeros', wire({ opcode: 1, payload: 'plain', key: [0, 0, 0, 0] }), ['plain']],
  ['65,536 bytes', masked(1, 'x'.repeat(65_536)), ['x'.repeat(65_536)]],
];

const BAD: [name: string, frame: WireFrame | Buffer, code: number][] = [
  ['a frame without a mask', { opcode: 1, payload: 'x' }, 1002],
  ['reserved bit 1 without the extension', { opcode: 1, rsv: 0x40, key: KEY }, 1002],
  ['reserved bit 2', { opcode: 1, rsv: 0x20, key: KEY }, 1002],
  ['reserved bit 3', { opcode: 2, rsv: 0x10, key: KEY }, 1002],
  ['a reserved bit in a ping', { opcode: 9, rsv: 0x40, key: KEY }, 1002],
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode): [string, WireFrame, number] => [
    `opcode ${opcode}`,
    { opcode, key: KEY },
    1002,
  ]),
  ['a ping in fragments', { opcode: 9, fin: false, key: KEY }, 1002],
  ['a close in fragments', { opcode: 8, fin: false, key: KEY }, 1002],
  ['a ping of 126 bytes', { opcode: 9, payload: 'x'.repeat(126), key: KEY }, 1002],
  ['a continuation of nothing', { opcode: 0, payload: 'x', key: KEY }, 1002],
  ['a message within a message', frames(piece(1, 'a'), masked(1, 'b')), 1002],
  [
    '125 bytes in the 16-bit form',
    { opcode: 1, payload: 'x'.repeat(125), form: 16, key: KEY },
    1002,
  ],
  ['1 byte in the 64-bit form', { opcode: 1, payload: 'x', form: 64, key: KEY }, 1002],
  ['a ping in the 64-bit form', { opcode: 9, payload: 'x', form: 64, key: KEY }, 1002],
  ['a length with the highest bit', Buffer.from('82ff800000000000000000000000', 'hex'), 1002],
  ['a length of 2^63 - 1', Buffer.from('82ff7fffffffffffffff00000000', 'hex'), 1009],
  ['more than maxPayload', Buffer.from('82ff00000000000186a100000000', 'hex'), 1009],
  ['an overlong character', { opcode: 1, payload: Uint8Array.of(0xc0, 0xaf), key: KEY }, 1007],
  ['a surrogate', { opcode: 1, payload: Uint8Array.of(0xed, 0xa0, 0x80), key: KEY }, 1007],
  [
    'a text that ends in a character',
    { opcode: 1, payload: Uint8Array.of(0x61, 0xc3), key: KEY },
    1007,
  ],
];

describe('FrameDecoder', () => {
  it.each(GOOD)('takes %s', (_name, bytes, seen) => {
    expect(decodeAnyhow(bytes)).toEqual(seen);
  });

  it.each(BAD)('refuses %s', (_name, frame, code) => {
    const bytes = Buffer.isBuffer(frame) ? frame : wire(frame);
    expect(decodeAnyhow(bytes)).toEqual([{ code }]);
    // Also behind a good message.
    expect(decodeAnyhow(frames(masked(1, 'good'), bytes))).toEqual(['good', { code }]);
  });

  it('refuses a message that grows past maxPayload or maxFragments, at the header that does it', () => {
    const part = piece(2, 'x'.repeat(40_000));
    const more = masked(0, 'x'.repeat(40_000), { fin: false });
    expect(decode([frames(part, more, more.subarray(0, 8))])).toEqual([{ code: 1009 }]);
    const many = [piece(2, 'x'), ...Array.from({ length: 10 }, () => piece(0, 'x'))];
    expect(decode([frames(...many)])).toEqual([{ code: 1008 }]);
  });

  it('fails a text at its first bad byte, long before its frame is whole', () => {
    const frame = masked(
      1,
      Buffer.concat([Buffer.from('ok '), Buffer.from([0xf4, 0x90, 0x80, 0x80])]),
    );
    const start = 6 + 3 + 1;
    expect(decode([frame.subarray(0, start)])).toEqual([]);
    expect(decode([frame.subarray(0, start + 1)])).toEqual([{ code: 1007 }]);
    expect(decode([frame.subarray(0, 5), frame.subarray(5, start + 1)])).toEqual([{ code: 1007 }]);
  });

  it('takes frames of a server, and none that are masked', () => {
    const rules = { masked: false };
    const bytes = frames(
      wire({ opcode: 1, payload: 'a' }),
      wire({ opcode: 2, payload: 'b'.repeat(300) }),
    );
    expect(decodeAnyhow(bytes, rules)).toEqual(['a', [...Buffer.alloc(300, 'b')]]);
    expect(decodeAnyhow(masked(1, 'a'), rules)).toEqual([{ code: 1002 }]);
  });

  it('leaves texts as bytes, validated, where that is asked for', () => {
    const decoder = new FrameDecoder({ ...RULES, textAsBytes: true });
    const buffer = new RingBuffer();
    buffer.write(masked(1, 'é'));
    expect([...(decoder.read(buffer) as Uint8Array)]).toEqual([0xc3, 0xa9]);
    expect(decoder.isBinary).toBe(false);
    buffer.write(masked(1, Uint8Array.of(0xc3)));
    expect(() => decoder.read(buffer)).toThrow('UTF-8');
  });

  it.each(['server', 'client'] as const)(
    'holds no more than its limits, as a %s',
    async (role) => {
      const settings = resolveDeflate(true)!;
      const { inflate } = new Deflate(settings, chooseCodecs(settings, SMALL)).session(NO_TAKEOVER);
      const rules = { ...RULES, masked: role === 'server', maxPayload: SMALL };
      await fc.assert(
        fc
          .asyncProperty(anyStream(role), anyCuts, async (stream, cuts) => {
            const decoder = new FrameDecoder(rules, inflate);
            const buffer = new RingBuffer();
            let most = 0;
            try {
              for (const piece of cut(stream, cuts)) {
                buffer.write(piece);
                do most = Math.max(most, decoder.held);
                while (decoder.read(buffer) !== undefined);
              }
            } catch (error) {
              expect(error).toMatchObject({ code: 'ERR_GEV_PROTOCOL' });
            }
            expect(Math.max(most, decoder.held)).toBeLessThanOrEqual(2 * SMALL);
            decoder.abandon();
          })
          .beforeEach(turn),
        { numRuns: RUNS },
      );
    },
    600_000,
  );

  it('gives the same from any split of any valid stream', () => {
    const text = fc.string({ unit: 'binary', maxLength: 400 });
    const bytes = fc.uint8Array({ maxLength: 400 });
    const message = fc
      .oneof(text, bytes)
      .chain((payload) =>
        fc.array(fc.nat(400), { maxLength: 3 }).map((cuts) => fragments(payload, cuts)),
      );
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 4 }),
        fc.array(fc.nat(3000), { maxLength: 6 }),
        (messages, cuts) => {
          const stream = frames(...messages.map(({ bytes }) => bytes));
          const expected = messages.map(({ payload }) =>
            typeof payload === 'string' ? payload : [...payload],
          );
          const borders = [
            0,
            ...cuts.map((cut) => Math.min(cut, stream.length)).sort((a, b) => a - b),
          ];
          const pieces = borders.map((from, index) => stream.subarray(from, borders[index + 1]));
          expect(decode(pieces)).toEqual(expected);
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** A message cut into frames. */
function fragments(payload: string | Uint8Array, cuts: readonly number[]) {
  const body = Buffer.from(payload as string);
  const opcode = typeof payload === 'string' ? 1 : 2;
  const borders = [0, ...cuts.map((cut) => Math.min(cut, body.length)).sort((a, b) => a - b)];
  const list = borders.map((from, index) => {
    const fin = index === borders.length - 1;
    return masked(index === 0 ? opcode : 0, body.subarray(from, borders[index + 1]), { fin });
  });
  // A lone surrogate is no text on the wire.
  return { payload: opcode === 1 ? body.toString() : payload, bytes: Buffer.concat(list) };
}

it('takes texts also where bytes have no latin1Slice', async () => {
  const buffers = Buffer.prototype as unknown as { latin1Slice: unknown };
  const { latin1Slice } = buffers;
  buffers.latin1Slice = undefined;
  vi.resetModules();
  const { FrameDecoder: Plain } = await import('../src/frame-decoder.js');
  buffers.latin1Slice = latin1Slice;
  const buffer = new RingBuffer();
  buffer.write(Buffer.concat([masked(1, 'ASCII'), masked(1, 'é')]));
  const decoder = new Plain(RULES);
  expect([decoder.read(buffer), decoder.read(buffer)]).toEqual(['ASCII', 'é']);
});
