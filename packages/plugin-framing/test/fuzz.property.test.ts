import assert from 'node:assert/strict';
import { isGevError, type Protocol } from '@gev/core';
import fc from 'fast-check';
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
import { Drive } from './drive.js';

/** Cases of garbage and of damage for each codec, in sum. */
const CASES = process.env['GEV_TEST_NIGHTLY'] === undefined ? 5_000 : 100_000;
const PATIENCE = 600_000;

/** The longest frame, delimiter or header excluded, of all codecs here. */
const CAP = 64;
/** A header or delimiter of these codecs is shorter. */
const SLACK = 16;

type AnyProtocol = Protocol<unknown, Uint8Array>;

const json = {
  decode: (text: string) => JSON.parse(text) as unknown,
  encode: (bytes: Uint8Array) => JSON.stringify(Buffer.from(bytes).toString('latin1')),
};

const CODECS: Record<string, () => AnyProtocol> = {
  'lengthField u32': () => lengthField({ maxFrameLength: CAP }),
  'lengthField u8': () => lengthField({ bytes: 1, maxFrameLength: CAP }),
  'lengthField u24 little': () =>
    lengthField({ bytes: 3, endian: 'little', adjustment: -3, maxFrameLength: CAP }),
  'lengthField u64': () => lengthField({ bytes: 8, maxFrameLength: CAP }),
  'lengthField of the middle': () =>
    lengthField({ offset: 1, bytes: 2, adjustment: -3, strip: 0, maxFrameLength: CAP }),
  'lengthField late': () => lengthField({ bytes: 2, maxFrameLength: CAP, failFast: false }),
  varint32: () => varint32({ maxFrameLength: CAP }),
  'line of text': () => line({ maxLength: CAP }),
  'line of bytes': () => line({ maxLength: CAP, encoding: 'bytes', strip: false }),
  delimiter: () => delimiter('\r\n', { maxFrameLength: CAP }),
  delimiters: () => delimiter(['\0', '\r\n', '\n'], { maxFrameLength: CAP, strip: false }),
  'fixed with a checksum': () => withChecksum(fixed(24)),
  'varint32 with a checksum': () => withChecksum(varint32({ maxFrameLength: CAP })),
  'JSON lines': () => mapProtocol(compose(line({ maxLength: CAP })), json),
};

/** Bytes as a peer with bad intentions may choose them: any, and those that mean something. */
const byte = fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 2, 4, 10, 13, 0x22, 0x7f, 0x80, 0xff));
const garbage = fc.array(fc.array(byte, { maxLength: 60 }), { maxLength: 12 });

/** Messages that each codec here can carry, but fixed. */
const message = fc
  .array(fc.integer({ min: 0x20, max: 0x7e }), { maxLength: 30 })
  .map((bytes) => Uint8Array.from(bytes));

function bytesFor(name: string, bytes: Uint8Array): Uint8Array {
  if (name.includes('fixed')) return Buffer.concat([bytes, new Uint8Array(20)]).subarray(0, 20);
  return name.includes('middle') ? Buffer.concat([new Uint8Array(3), bytes]) : bytes;
}

/** Bytes of frames of which some were changed: past the first header there is something to break. */
const damage = fc.record({
  bodies: fc.array(message, { maxLength: 6 }),
  changes: fc.array(fc.tuple(fc.nat(200), byte), { maxLength: 4 }),
  size: fc.integer({ min: 1, max: 40 }),
});

type Damage = typeof damage extends fc.Arbitrary<infer Value> ? Value : never;

function damaged(name: string, protocol: AnyProtocol, { bodies, changes, size }: Damage) {
  const packer = new Drive(protocol);
  const stream = Buffer.concat(bodies.map((body) => packer.pack(bytesFor(name, body))));
  for (const [at, value] of changes) if (at < stream.length) stream[at] = value;
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < stream.length; at += size) pieces.push(stream.subarray(at, at + size));
  return pieces;
}

/** Feeds pieces until they end or are refused, and returns how many messages came. */
function survive(protocol: AnyProtocol, pieces: readonly Uint8Array[]): number {
  const drive = new Drive(protocol);
  let count = 0;
  for (const piece of pieces) {
    try {
      count += drive.receive(piece).length;
    } catch (error) {
      if (isGevError(error) && error.code === 'ERR_GEV_PROTOCOL') break;
      throw error;
    }
    assert.ok(drive.buffer.length <= CAP + SLACK, `${drive.buffer.length} bytes wait`);
    assert.ok(drive.buffer.capacity <= 4 * (CAP + SLACK), `${drive.buffer.capacity} bytes held`);
  }
  drive.close();
  return count;
}

describe('what a peer may send', () => {
  for (const [name, create] of Object.entries(CODECS)) {
    it(
      `${name}: garbage gives messages or ERR_GEV_PROTOCOL, and never piles up`,
      () => {
        fc.assert(
          fc.property(garbage, (pieces) => void survive(create(), pieces.map(bytesOf))),
          { numRuns: CASES / 2 },
        );
      },
      PATIENCE,
    );

    it(
      `${name}: so do frames that were damaged`,
      () => {
        let messages = 0;
        fc.assert(
          fc.property(damage, (what) => {
            const protocol = create();
            messages += survive(protocol, damaged(name, protocol, what));
          }),
          { numRuns: CASES / 2 },
        );
        assert.ok(messages > CASES / 4, `only ${messages} messages came`);
      },
      PATIENCE,
    );

    it(`${name}: what does not end is refused, or dropped`, () => {
      for (const filler of [0x01, 0x41, 0x80, 0xff]) {
        survive(
          create(),
          Array.from({ length: 5000 }, () => Uint8Array.of(filler)),
        );
      }
    });
  }
});

function bytesOf(piece: readonly number[]): Uint8Array {
  return Uint8Array.from(piece);
}

describe('what was packed', () => {
  for (const [name, create] of Object.entries(CODECS)) {
    it(
      `${name}: comes out of every split`,
      () => {
        fc.assert(
          fc.property(fc.array(message, { minLength: 1, maxLength: 5 }), (bodies) => {
            const protocol = create();
            const packer = new Drive(protocol);
            const frames = bodies.map((body) => packer.pack(bytesFor(name, body)));
            const expected = frames.flatMap((frame) => new Drive(protocol).receive(frame));
            assert.equal(expected.length, bodies.length);
            const stream = Buffer.concat(frames);
            for (let position = 0; position <= stream.length; position += 1) {
              const drive = new Drive(protocol);
              const first = drive.receive(stream.subarray(0, position));
              assert.deepEqual([...first, ...drive.receive(stream.subarray(position))], expected);
            }
          }),
          { numRuns: CASES / 20 },
        );
      },
      PATIENCE,
    );

    it(
      `${name}: comes out of any pieces, whatever was damaged behind it`,
      () => {
        const pieces = fc.infiniteStream(fc.integer({ min: 1, max: 20 }));
        fc.assert(
          fc.property(
            fc.array(message, { maxLength: 8 }),
            pieces,
            garbage,
            (bodies, sizes, rest) => {
              const protocol = create();
              const frames = bodies.map((body) => new Drive(protocol).pack(bytesFor(name, body)));
              const expected = frames.flatMap((frame) => new Drive(protocol).receive(frame));
              const stream = Buffer.concat([...frames, Uint8Array.from(rest.flat())]);
              const drive = new Drive(protocol);
              const got: unknown[] = [];
              try {
                for (let at = 0; at < stream.length && got.length < expected.length; ) {
                  const size = sizes.next().value!;
                  drive.receive(stream.subarray(at, at + size), got);
                  at += size;
                }
              } catch (error) {
                assert.ok(isGevError(error) && error.code === 'ERR_GEV_PROTOCOL');
              }
              // What stands before the damage comes whole.
              assert.deepEqual(got.slice(0, expected.length), expected);
            },
          ),
          { numRuns: CASES / 10 },
        );
      },
      PATIENCE,
    );
  }
});
