import { type ProtocolSuiteOptions, protocolSuite, type Random } from '@gev/conformance';
import { RingBuffer } from '@gev/ringbuffer';
import { describe, it } from 'vitest';
import {
  compose,
  delimiter,
  type Framing,
  fixed,
  type LengthFieldOptions,
  lengthField,
  line,
  mapProtocol,
  varint32,
  withChecksum,
} from '../src/index.js';

const runner = { describe, it };
const createBuffer = () => new RingBuffer(16);
const EMPTY = new Uint8Array(0);

/** Bytes of any value, of sizes about the borders of one-byte and varint lengths. */
function anyBytes(random: Random): Uint8Array[] {
  return [0, 1, 127, 128, 255, random.below(60), random.below(256)].map((size) =>
    random.bytes(size),
  );
}

/** Bytes without any that could be part of a delimiter of these tests. */
function plainBytes(random: Random): Uint8Array[] {
  return anyBytes(random).map((bytes) => bytes.map((byte) => 0x41 + (byte % 26)));
}

type Options = ProtocolSuiteOptions<Uint8Array, Uint8Array | string>;

/** The largest frame of the framings here that have a header, the header counted. */
const MOST = 600;

/** The largest frame of those that end with a delimiter, without it. */
const MOST_SEARCHED = 300;

/** What no framing packs: too much, and what is no bytes. */
const UNPACKABLE: readonly unknown[] = [
  new Uint8Array(MOST + 1),
  '€'.repeat(MOST / 3 + 1),
  [1, 2, 3, 4, 5, 6, 7],
  new ArrayBuffer(7),
  new DataView(new ArrayBuffer(7)),
  new Uint16Array(7),
  Promise.resolve(new Uint8Array(7)),
  7,
  null,
  undefined,
];

function framingSuite(name: string, create: () => Framing, more: Partial<Options> = {}): void {
  protocolSuite<Uint8Array, Uint8Array | string>(runner, name, {
    create,
    createBuffer,
    messages: anyBytes,
    emptyMessage: EMPTY,
    maxBuffered: MOST,
    unpackable: UNPACKABLE,
    ...more,
  });
}

/** @param ends of which none may stand in a message, but at its end */
function searchedSuite(name: string, create: () => Framing, ends: readonly string[]): void {
  const longest = Math.max(...ends.map((end) => end.length));
  framingSuite(name, create, {
    messages: plainBytes,
    // The delimiter may be under way.
    maxBuffered: MOST_SEARCHED + longest - 1,
    unpackable: [
      ...UNPACKABLE,
      new Uint8Array(MOST_SEARCHED + 1).fill(0x41),
      ...ends.flatMap((end) => [`a${end}b`, Buffer.from(`a${end}b`)]),
    ],
  });
}

for (const bytes of [1, 2, 3, 4, 8] as const) {
  for (const endian of ['big', 'little'] as const) {
    framingSuite(`lengthField ${bytes} bytes ${endian}`, () =>
      lengthField({ bytes, endian, maxFrameLength: MOST }),
    );
  }
}

const HEADERS: Record<string, LengthFieldOptions> = {
  'that counts itself': { bytes: 2, adjustment: -2 },
  'of four bytes that counts itself': { adjustment: -4 },
  'behind two bytes of header': { bytes: 2, offset: 2, header: Uint8Array.of(0xca, 0xfe, 0, 0) },
  'before a header, all of it stripped': {
    bytes: 3,
    adjustment: 2,
    strip: 5,
    header: Uint8Array.of(0, 0, 0, 0xca, 0xfe),
  },
  'of the whole frame, between two headers': {
    bytes: 2,
    offset: 1,
    adjustment: -3,
    strip: 4,
    header: Uint8Array.of(0xca, 0, 0, 0xfe),
  },
};
for (const [name, options] of Object.entries(HEADERS)) {
  framingSuite(`lengthField ${name}`, () => lengthField({ ...options, maxFrameLength: MOST }));
}

const OWN_HEADERS: Record<string, LengthFieldOptions> = {
  'with nothing stripped': { bytes: 2, strip: 0 },
  'with nothing stripped, behind a header': { bytes: 4, endian: 'little', offset: 3, strip: 0 },
  'stripped of a part of the header before it': {
    bytes: 2,
    offset: 3,
    strip: 2,
    header: Uint8Array.of(0xca, 0xfe),
  },
  'stripped of a part of itself': { bytes: 4, strip: 1 },
};
for (const [name, options] of Object.entries(OWN_HEADERS)) {
  const { bytes = 4, offset = 0, strip = 0, endian = 'big' } = options;
  const room = offset + bytes - strip;
  protocolSuite(runner, `lengthField ${name}`, {
    create: () => lengthField({ ...options, maxFrameLength: MOST }),
    createBuffer,
    maxBuffered: MOST,
    unpackable: [...UNPACKABLE, new Uint8Array(room - 1), 'text'],
    messages: (random) => anyBytes(random).map((body) => Buffer.concat([random.bytes(room), body])),
    // The message with its length filled in, as far as it has room for it.
    expected: (message) => {
      const frame = Buffer.concat([Buffer.alloc(strip), message as Uint8Array]);
      const size = message.length - room;
      if (endian === 'big') frame.writeUIntBE(size, offset, bytes);
      else frame.writeUIntLE(size, offset, bytes);
      return frame.subarray(strip);
    },
  });
}

framingSuite(
  'lengthField that fails late',
  () => lengthField({ bytes: 2, maxFrameLength: MOST, failFast: false }),
  { discards: true },
);

framingSuite('varint32', () => varint32({ maxFrameLength: MOST - 5 }));
framingSuite('withChecksum over lengthField', () =>
  withChecksum(lengthField({ bytes: 2, maxFrameLength: MOST })),
);
framingSuite('withChecksum over varint32', () =>
  withChecksum(varint32({ maxFrameLength: MOST - 5 }), { endian: 'little' }),
);

searchedSuite('line of bytes', () => line({ encoding: 'bytes', maxLength: MOST_SEARCHED }), [
  '\n',
  '\r\n',
]);
for (const [name, ends] of Object.entries({
  'delimiter NUL': ['\0'],
  'delimiter of several bytes': ['\r\n.\r\n'],
  'delimiters with one end': ['\n', '\r\n'],
  'delimiters of all kinds': ['\0', '--\n', ';'],
})) {
  searchedSuite(name, () => delimiter(ends, { maxFrameLength: MOST_SEARCHED }), ends);
}

for (const newline of ['\n', '\r\n'] as const) {
  protocolSuite(runner, `line of text, ${JSON.stringify(newline)}`, {
    create: () => line({ newline, maxLength: MOST_SEARCHED }),
    createBuffer,
    maxBuffered: MOST_SEARCHED + 1,
    unpackable: [...UNPACKABLE, '€'.repeat(101), 'two\nlines', Buffer.from('two\n'), '\n'],
    messages: ['plain', '', 'größer', '€ and 😀', 'x'.repeat(200), '\ufeffmark', 'a\rb'],
    emptyMessage: '',
  });
}

protocolSuite(runner, 'line with its end', {
  create: () => line({ strip: false, newline: '\r\n', maxLength: MOST_SEARCHED }),
  createBuffer,
  maxBuffered: MOST_SEARCHED + 1,
  unpackable: [...UNPACKABLE, `${'x'.repeat(MOST_SEARCHED + 1)}\r\n`, 'two\nlines', '\n\n'],
  messages: ['plain', '', 'ended\n', 'ended\r\n', '\n'],
  emptyMessage: '',
  expected: (message) => (message.toString().endsWith('\n') ? message : `${message}\r\n`),
});

protocolSuite(runner, 'delimiter with its end', {
  create: () => delimiter(['::', '\0'], { strip: false, maxFrameLength: MOST_SEARCHED }),
  createBuffer,
  maxBuffered: MOST_SEARCHED + 1,
  unpackable: [...UNPACKABLE, `${'x'.repeat(MOST_SEARCHED + 1)}::`, 'a::b', '::\0'],
  messages: [EMPTY, Buffer.from('plain'), Buffer.from('ended::'), Buffer.from('other\0')],
  expected: (message) => {
    const text = message.toString();
    return Buffer.from(/::$|\0$/.test(text) ? text : `${text}::`);
  },
});

protocolSuite(runner, 'fixed(7)', {
  create: () => fixed(7),
  createBuffer,
  messages: (random) => Array.from({ length: 9 }, () => random.bytes(7)),
  garbage: false,
  maxBuffered: 6,
  unpackable: [...UNPACKABLE, new Uint8Array(6), new Uint8Array(8), '', 'größer!'],
});

protocolSuite(runner, 'withChecksum over fixed(12)', {
  create: () => withChecksum(fixed(12)),
  createBuffer,
  messages: (random) => Array.from({ length: 9 }, () => random.bytes(8)),
  maxBuffered: 11,
  unpackable: [...UNPACKABLE, new Uint8Array(7), new Uint8Array(12), ''],
});

const json = {
  decode: (text: string) => JSON.parse(text) as unknown,
  encode: (value: unknown) => JSON.stringify(value),
};

/** What has no JSON, and what has too much. */
const UNPACKABLE_JSON: readonly unknown[] = [undefined, () => {}, Symbol('s'), 'x'.repeat(MOST)];

protocolSuite(runner, 'JSON lines', {
  create: () => mapProtocol(line({ maxLength: MOST_SEARCHED }), json),
  createBuffer,
  maxBuffered: MOST_SEARCHED + 1,
  unpackable: UNPACKABLE_JSON,
  messages: [null, 0, '', 'line\nbreak', { a: [1, 2, { b: 'ö' }] }, []],
  emptyMessage: '',
});

protocolSuite(runner, 'compose', {
  create: () =>
    compose(
      withChecksum(lengthField({ bytes: 2, maxFrameLength: MOST })),
      { decode: (bytes) => Buffer.from(bytes).toString(), encode: (text: string) => text },
      json,
    ),
  createBuffer,
  maxBuffered: MOST,
  unpackable: UNPACKABLE_JSON,
  messages: [null, 'text', { deep: { er: [true] } }],
});
