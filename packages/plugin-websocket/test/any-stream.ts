import { constants, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { wire } from './wire.js';

/** Who is fuzzed. */
export type Role = 'server' | 'client';

/**
 * Before each run, the event loop turns: V8 gives the memory beneath dead buffers back only then, and
 * runs without an end would take all that there is.
 */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Runs of a property. */
export const RUNS = process.env['GEV_TEST_NIGHTLY'] === '1' ? 100_000 : 5_000;
const SYNC = { finishFlush: constants.Z_SYNC_FLUSH };

/** Frames that are valid or nearly so, as the peer of `tested` masks them. */
const anyFrame = (tested: Role) =>
  fc
    .record({
      opcode: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(0, 1, 2, 8, 9, 10) }, fc.nat(15)),
      payload: fc.oneof(
        fc
          .string({ unit: 'binary', maxLength: 40 })
          .map((text) => new Uint8Array(Buffer.from(text))),
        fc.uint8Array({ maxLength: 140 }),
        fc.nat(3000).map((size) => new Uint8Array(size)),
        fc.nat(9000).map((size) => deflateRawSync(Buffer.alloc(size, 'ab'), SYNC).subarray(0, -4)),
        fc.nat(5000).map((code) => Uint8Array.of(code >> 8, code & 255)),
      ),
      fin: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.boolean()),
      rsv: fc.oneof(
        { weight: 6, arbitrary: fc.constant(0) },
        fc.constantFrom(0x40, 0x40, 0x20, 0x10),
      ),
      isRight: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.boolean()),
      form: fc.oneof(
        { weight: 9, arbitrary: fc.constant(undefined) },
        fc.constantFrom(16 as const, 64 as const),
      ),
    })
    .map(({ isRight, form, ...frame }) => {
      const key = isRight === (tested === 'server') ? [1, 2, 3, 4] : undefined;
      return wire({ ...frame, key, ...(form && { form }) });
    });

/** What the peer of `tested` may send behind the handshake, or anything. */
export const anyStream = (tested: Role) =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc
        .array(anyFrame(tested), { maxLength: 6 })
        .map((frames) => Buffer.concat(frames)),
    },
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  );

export const anyCuts = fc.array(fc.nat(4000), { maxLength: 5 });

/** The pieces of a stream that is cut at these places. */
export function cut(stream: Buffer, cuts: readonly number[]): Buffer[] {
  const borders = [0, ...cuts.map((at) => Math.min(at, stream.length)).sort((a, b) => a - b)];
  return borders.map((from, index) => stream.subarray(from, borders[index + 1]));
}
