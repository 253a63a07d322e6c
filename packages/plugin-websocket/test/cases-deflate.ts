/**
 * Groups 12 and 13 of the Autobahn test suite by their ids, written from their descriptions: echoes of
 * compressed messages, by what they hold, their size, how they are cut into frames, and what was agreed upon.
 */
export interface DeflateCase {
  readonly id: string;
  readonly opcode: 1 | 2;
  readonly size: number;
  /** Bytes of a frame, after compression. */
  readonly frameSize: number;
  /** What a client offers, where a server is tested. */
  readonly offer: string;
  /** What a server answers, where a client is tested. */
  readonly answer: string;
  /** The message of a round, no two alike. */
  message(round: number): Buffer;
}

/** Messages of a case; the suite sends 1,000. */
export const ROUNDS = 3;

const NAME = 'permessage-deflate';
const CLIENT = 'client_no_context_takeover; client_max_window_bits';
const NO = 'no_context_takeover';
const BITS = 'max_window_bits';

/** More than any message has: it is one frame. */
const WHOLE = 2 ** 30;
const SHAPES: readonly (readonly [size: number, frameSize: number])[] = [
  ...[16, 64, 256, 1024, 4096, 8192, 16_384, 32_768, 65_536, 131_072].map(
    (size) => [size, WHOLE] as const,
  ),
  ...[8192, 16_384, 32_768, 65_536, 131_072].map((size) => [size, 256] as const),
  ...[1024, 4096, 32_768].map((frameSize) => [131_072, frameSize] as const),
];

/** Numbers that are always the same. */
function random(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state >> 8;
  };
}

/** Text of these words, cut at the border of a character. */
function textOf(words: readonly string[], size: number, round: number): Buffer {
  const next = random(size + round);
  let text = '';
  // Every character has a byte at least.
  while (text.length < size) text += `${words[next() % words.length]} ${next() % 997} `;
  const bytes = Buffer.from(text);
  let end = size;
  while ((bytes[end]! & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}

function bytesOf(size: number, byteAt: (index: number) => number): Buffer {
  return Buffer.from(Uint8Array.from({ length: size }, (_, index) => byteAt(index)));
}

const JSON_WORDS = ['{"id":', '"name":', 'wärme', 'reactor', '[1,2,3]', '😀', 'false', 'null'];
const HTML_WORDS = ['<p class="a">', '</p>', '<a href="/', '">', '&amp;', '<li>', 'Straße', '\n'];
const PROSE = ['Habe', 'nun', 'ach', 'Philosophie', 'und', 'leider', 'auch', 'Bemühn', '\r\n'];

type Content = Pick<DeflateCase, 'opcode'> & { make(size: number, round: number): Buffer };

const JSON_DATA: Content = { opcode: 1, make: (...of) => textOf(JSON_WORDS, ...of) };

/** What the messages of the subgroups of 12 hold. */
const CONTENTS: readonly Content[] = [
  JSON_DATA,
  // A picture: next to a byte stands nearly the same.
  {
    opcode: 2,
    make(size, round) {
      const next = random(size + round);
      return bytesOf(size, (index) => ((index >> 4) + (next() % 5)) & 255);
    },
  },
  { opcode: 2, make: (...of) => textOf(PROSE, ...of) },
  { opcode: 1, make: (...of) => textOf(HTML_WORDS, ...of) },
  // What is compressed already, as most of a PDF is.
  {
    opcode: 2,
    make(size, round) {
      const next = random(size + round);
      return bytesOf(size, () => next() & 255);
    },
  },
];

function shapesOf(subgroup: string, { opcode, make }: Content, offer: string, answer: string) {
  return SHAPES.map(
    ([size, frameSize], index): DeflateCase => ({
      id: `${subgroup}.${index + 1}`,
      opcode,
      size,
      frameSize,
      offer,
      answer,
      message: (round) => make(size, round),
    }),
  );
}

/** What the subgroups of 13 ask the other side for. */
const ASKED: readonly (readonly string[])[] = [
  [],
  [NO],
  [`${BITS}=9`],
  [`${BITS}=15`],
  [NO, `${BITS}=9`],
  [NO, `${BITS}=15`],
];

const offerOf = (asked: readonly string[]) =>
  [NAME, CLIENT, ...asked.map((each) => `server_${each}`)].join('; ');
const answerOf = (asked: readonly string[]) =>
  [NAME, ...asked.map((each) => `client_${each}`)].join('; ');

const AGREED: readonly (readonly [offer: string, answer: string])[] = [
  ...ASKED.map((asked) => [offerOf(asked), answerOf(asked)] as const),
  // Several offers, the one that is liked best first.
  [[[NO, `${BITS}=9`], [NO], []].map(offerOf).join(', '), answerOf([NO, `${BITS}=9`])],
];

export const DEFLATE_CASES: readonly DeflateCase[] = [
  // As browsers offer it: both sides keep their windows.
  ...CONTENTS.flatMap((content, index) =>
    shapesOf(`12.${index + 1}`, content, `${NAME}; client_max_window_bits`, NAME),
  ),
  ...AGREED.flatMap(([offer, answer], index) =>
    shapesOf(`13.${index + 1}`, JSON_DATA, offer, answer),
  ),
];
