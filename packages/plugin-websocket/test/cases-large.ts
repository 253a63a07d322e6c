import { back, type Case, cutFrames, echo } from './case.js';

const KiB = 1024;
/** Messages are a sixteenth of what the suite sends, and so are fragments. Chops are as they are there. */
const PART = 16;
/** Of 1,000 messages one after the other. */
const IN_A_ROW = 50;

const MESSAGES = [64, 256, 1024, 4096, 8192, 16_384];
const FRAGMENTED = 4096;
const FRAGMENTS = [64, 256, KiB, 4 * KiB, 16 * KiB, 64 * KiB, 256 * KiB, KiB * KiB, 4 * KiB * KiB];
const CHOPPED = 1024;
const CHOPS = [64, 128, 256, 512, 1024, 2048];
const SHORT = [0, 16, 64, 256, 1024, 4096];

/** Group 9 by its ids. Odd subgroups are texts, even ones binary. */
export const LARGE_CASES: readonly Case[] = ([1, 2] as const).flatMap((opcode) => {
  const payload = (size: number) => Buffer.alloc(size, opcode === 1 ? '*' : 0xfe);
  const ofKiB = (size: number) => payload((size * KiB) / PART);
  const id = (subgroup: number, index: number) => `9.${subgroup + opcode}.${index + 1}`;
  const fragmented = ofKiB(FRAGMENTED);
  return [
    ...MESSAGES.map((size, index) => echo(id(0, index), opcode, ofKiB(size))),
    ...FRAGMENTS.map(
      (size, index): Case => ({
        id: id(2, index),
        send: cutFrames(opcode, fragmented, size / PART),
        expect: [back(opcode, fragmented)],
      }),
    ),
    ...CHOPS.map((size, index) => echo(id(4, index), opcode, ofKiB(CHOPPED), size)),
    ...SHORT.map((size, index): Case => {
      const inARow = Array.from({ length: IN_A_ROW }, () => payload(size));
      return {
        id: id(6, index),
        send: inARow.map((each) => ({ opcode, payload: each })),
        expect: inARow.map((each) => back(opcode, each)),
        chop: 'frames',
      };
    }),
  ];
});
