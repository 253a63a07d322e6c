import { protocolSuite, type Random } from '@gev/conformance';
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

function framingSuite(name: string, create: () => Framing, messages = anyBytes): void {
  protocolSuite(runner, name, { create, createBuffer, messages, emptyMessage: EMPTY });
}

for (const bytes of [1, 2, 3, 4, 8] as const) {
  for (const endian of ['big', 'little'] as const) {
    framingSuite(`lengthField ${bytes} bytes ${endian}`, () =>
      lengthField({ bytes, endian, maxFrameLength: 600 }),
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
  framingSuite(`lengthField ${name}`, () => lengthField({ ...options, maxFrameLength: 600 }));
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
    create: () => lengthField({ ...options, maxFrameLength: 600 }),
    createBuffer,
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

protocolSuite(runner, 'lengthField that fails late', {
  create: () => lengthField({ bytes: 2, maxFrameLength: 600, failFast: false }),
  createBuffer,
  messages: anyBytes,
  emptyMessage: EMPTY,
  discards: true,
});

framingSuite('varint32', () => varint32({ maxFrameLength: 600 }));
framingSuite('line of bytes', () => line({ encoding: 'bytes', maxLength: 300 }), plainBytes);
framingSuite('delimiter NUL', () => delimiter('\0', { maxFrameLength: 300 }), plainBytes);
framingSuite('delimiter of several bytes', () => delimiter('\r\n.\r\n'), plainBytes);
framingSuite('delimiters with one end', () => delimiter(['\n', '\r\n']), plainBytes);
framingSuite('delimiters of all kinds', () => delimiter(['\0', '--\n', ';']), plainBytes);
framingSuite('withChecksum over lengthField', () => withChecksum(lengthField({ bytes: 2 })));
framingSuite('withChecksum over varint32', () => withChecksum(varint32(), { endian: 'little' }));

for (const newline of ['\n', '\r\n'] as const) {
  protocolSuite(runner, `line of text, ${JSON.stringify(newline)}`, {
    create: () => line({ newline, maxLength: 1000 }),
    createBuffer,
    messages: ['plain', '', 'größer', '€ and 😀', 'x'.repeat(200), '\ufeffmark', 'a\rb'],
    emptyMessage: '',
  });
}

protocolSuite(runner, 'line with its end', {
  create: () => line({ strip: false, newline: '\r\n' }),
  createBuffer,
  messages: ['plain', '', 'ended\n', 'ended\r\n', '\n'],
  emptyMessage: '',
  expected: (message) => (message.toString().endsWith('\n') ? message : `${message}\r\n`),
});

protocolSuite(runner, 'delimiter with its end', {
  create: () => delimiter(['::', '\0'], { strip: false }),
  createBuffer,
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
});

protocolSuite(runner, 'withChecksum over fixed(12)', {
  create: () => withChecksum(fixed(12)),
  createBuffer,
  messages: (random) => Array.from({ length: 9 }, () => random.bytes(8)),
});

const json = {
  decode: (text: string) => JSON.parse(text) as unknown,
  encode: (value: unknown) => JSON.stringify(value),
};

protocolSuite(runner, 'JSON lines', {
  create: () => mapProtocol(line(), json),
  createBuffer,
  messages: [null, 0, '', 'line\nbreak', { a: [1, 2, { b: 'ö' }] }, []],
  emptyMessage: '',
});

protocolSuite(runner, 'compose', {
  create: () =>
    compose(
      withChecksum(lengthField({ bytes: 2 })),
      { decode: (bytes) => Buffer.from(bytes).toString(), encode: (text: string) => text },
      json,
    ),
  createBuffer,
  messages: [null, 'text', { deep: { er: [true] } }],
});
