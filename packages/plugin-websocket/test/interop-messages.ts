import { randomBytes } from 'node:crypto';

/** What is sent to a peer that nobody here wrote: every length encoding and its edges, text and binary. */
export const MESSAGES: readonly (string | Buffer)[] = [
  '',
  'hello',
  'aé漢😀',
  'x'.repeat(125),
  'x'.repeat(126),
  'y'.repeat(65_535),
  'z'.repeat(65_536),
  'é'.repeat(500_000),
  Buffer.alloc(0),
  randomBytes(64),
  randomBytes(1024),
  randomBytes(700_000),
];

/** A message in a form that `toEqual` compares quickly. */
export function comparable(data: unknown, isBinary: boolean): string {
  return isBinary ? Buffer.from(data as Uint8Array).toString('base64') : String(data);
}

/** The messages, twice: with context take-over the second time is compressed with what the first left. */
export const SENT: readonly (string | Buffer)[] = [...MESSAGES, ...MESSAGES];
export const EXPECTED: readonly string[] = SENT.map((message) =>
  comparable(message, typeof message !== 'string'),
);
