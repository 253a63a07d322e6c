import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';
import { type Framing, lengthField, varint32 } from '../src/index.js';
import { Drive } from './drive.js';

const PROGRAM = fileURLToPath(new URL('programs/frames.py', import.meta.url));
const hasPython = spawnSync('python3', ['-c', 'import struct']).status === 0;
if (!hasPython) console.log('skipped: interop with Python, because python3 does not run here');

/** What struct calls a length, and what we do. */
const FORMATS: Record<string, () => Framing> = {
  B: () => lengthField({ bytes: 1 }),
  '>H': () => lengthField({ bytes: 2 }),
  '<H': () => lengthField({ bytes: 2, endian: 'little' }),
  '>3': () => lengthField({ bytes: 3 }),
  '<3': () => lengthField({ bytes: 3, endian: 'little' }),
  '>I': () => lengthField(),
  '<I': () => lengthField({ bytes: 4, endian: 'little' }),
  '>Q': () => lengthField({ bytes: 8 }),
  '<Q': () => lengthField({ bytes: 8, endian: 'little' }),
  '!>H': () => lengthField({ bytes: 2, adjustment: -2 }),
  '!>I': () => lengthField({ adjustment: -4 }),
  varint: () => varint32(),
};

function sizesFor(format: string): number[] {
  const small = [0, 1, 2, 127, 128, 129, 200, 0, 253];
  if (format === 'B') return small;
  return [...small, 255, 256, 1000, 16_383, 16_384, 65_533, ...(/H/.test(format) ? [] : [70_000])];
}

function bodyOf(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => (size + index) % 251);
}

function python(args: readonly string[], input?: Uint8Array): Buffer {
  const run = spawnSync('python3', [PROGRAM, ...args], { input: input ?? '', maxBuffer: 2 ** 24 });
  assert.equal(run.status, 0, run.stderr.toString());
  return run.stdout;
}

describe.skipIf(!hasPython)("frames of Python's struct", () => {
  for (const [format, create] of Object.entries(FORMATS)) {
    const sizes = sizesFor(format);

    it(`${format}: theirs are read by us, in pieces of any size`, () => {
      const bytes = python(['write', format, ...sizes.map(String)]);
      for (const piece of [bytes.length, 1461, 7]) {
        const drive = new Drive(create());
        const messages: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; at += piece) {
          messages.push(...drive.receive(bytes.subarray(at, at + piece)));
        }
        assert.deepEqual(messages, sizes.map(bodyOf));
      }
    });

    it(`${format}: ours are read by them`, () => {
      const drive = new Drive(create());
      const frames = Buffer.concat(sizes.map((size) => drive.pack(bodyOf(size))));
      const read = python(['read', format], frames).toString().trim().split('\n').map(Number);
      assert.deepEqual(read, sizes);
    });
  }
});
