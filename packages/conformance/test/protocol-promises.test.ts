import assert from 'node:assert/strict';
import { type Connection, GevError, type Protocol, protocolError } from '@gev/core';
import { describe, it } from 'vitest';
import { type ProtocolSuiteOptions, protocolSuite } from '../src/index.js';
import { ArrayQueue } from './array-queue.js';
import { RecordingRunner } from './recording-runner.js';

const MOST = 300;

type Bytes = Protocol<Uint8Array>;
type Options = ProtocolSuiteOptions<Uint8Array, Uint8Array>;

/** Takes no more than so many bytes, and nothing without a size. */
function checkSize(message: Uint8Array | undefined): void {
  if (message !== undefined && message.length <= MOST) return;
  throw new GevError('ERR_GEV_HANDLER', `${message?.length} bytes cannot be sent`);
}

/** A u16 with the size, then at most so many bytes. */
const frames: Bytes = {
  unpack(buffer) {
    const size = buffer.peekUint16();
    if (size === undefined) return undefined;
    if (size > MOST) throw protocolError(`${size} bytes; at most ${MOST} are taken`);
    if (buffer.length < 2 + size) return undefined;
    buffer.retrieve(2);
    return buffer.take(size);
  },
  pack(message, out) {
    checkSize(message);
    out.writeUint16(message.length);
    out.write(message);
  },
};

/** Frames whose first byte tells the last one: a message has up to `most`, of up to 255 bytes each. */
function fragments(most: number): Bytes {
  return {
    ...frames,
    unpack(buffer, connection) {
      for (;;) {
        const [last, size] = [buffer.peekUint8(), buffer.peekUint8(1)];
        if (last === undefined || size === undefined || buffer.length < 2 + size) return undefined;
        buffer.retrieve(2);
        const parts = connection.get<Uint8Array[]>('parts') ?? [];
        parts.push(buffer.take(size)!);
        if (parts.length > most) throw protocolError('too many fragments');
        connection.set('parts', parts);
        if (last !== 1) continue;
        connection.delete('parts');
        return Uint8Array.from(Buffer.concat(parts));
      }
    },
    pack(message, out) {
      checkSize(message);
      for (let at = 0; at === 0 || at < message.length; at += 100) {
        const part = message.subarray(at, at + 100);
        out.writeUint8(at + 100 >= message.length ? 1 : 0);
        out.writeUint8(part.length);
        out.write(part);
      }
    },
  };
}

/** Frames that carry their number: the first of a connection is 0. */
function numbered(numberOf: (connection: Connection<Uint8Array>) => number): Bytes {
  return {
    packsPerConnection: true,
    unpack(buffer, connection) {
      if (buffer.length < 3) return undefined;
      const size = buffer.peekUint16(1)!;
      if (size > MOST) throw protocolError('too large');
      if (buffer.length < 3 + size) return undefined;
      buffer.retrieve(1);
      return frames.unpack(buffer, connection);
    },
    pack(message, out, connection) {
      checkSize(message);
      out.writeUint8(numberOf(connection));
      frames.pack(message, out, connection);
    },
  };
}

function countInConnection(connection: Connection<Uint8Array>): number {
  const number = connection.get<number>('number') ?? 0;
  connection.set('number', number + 1);
  return number;
}

const promises: Omit<Options, 'create'> = {
  createBuffer: () => new ArrayQueue(),
  messages: [0, 1, 100, 101, 255, 256, MOST].map((size) => new Uint8Array(size).fill(1)),
  unpackable: [new Uint8Array(MOST + 1), undefined, { length: MOST + 1 }],
};

const bounded: Options = { ...promises, create: () => frames, maxBuffered: 2 + MOST };

const fragmented: Options = {
  ...promises,
  create: () => fragments(4),
  consumesParts: true,
  maxBuffered: 5 * 257,
  endless: [[new Uint8Array(0), Uint8Array.of(0, 1, 5)]],
};

protocolSuite({ describe, it }, 'bounded frames', bounded);
protocolSuite({ describe, it }, 'bounded fragments', fragmented);
protocolSuite({ describe, it }, 'numbered frames', {
  ...promises,
  create: () => numbered(countInConnection),
  maxBuffered: 3 + MOST,
});
protocolSuite({ describe, it }, 'frames with a random byte', {
  ...promises,
  create: () => numbered(() => Math.random() * 256),
});

/** Names of the tests that fail. */
async function failures(options: Options): Promise<string> {
  const runner = new RecordingRunner();
  protocolSuite(runner, 'broken', options);
  return (await runner.failures()).join('; ');
}

const withUnpack = (unpack: Bytes['unpack']): Options => ({
  ...bounded,
  create: () => ({ ...frames, unpack }),
});

const withPack = (pack: Bytes['pack']): Options => ({
  ...bounded,
  create: () => ({ ...frames, pack }),
});

/** Judges a size when all of it has come. */
const judgesLate = withUnpack((buffer) => {
  const size = buffer.peekUint16();
  if (size === undefined || buffer.length < 2 + size) return undefined;
  if (size > MOST) throw protocolError('too large');
  buffer.retrieve(2);
  return buffer.take(size);
});

const throwsAnything = withUnpack((buffer, connection) => {
  if ((buffer.peekUint16() ?? 0) > MOST) throw new RangeError('too large');
  return frames.unpack(buffer, connection);
});

const packsAll = withPack((message, out) => {
  out.writeUint16(message?.length ?? 0);
  if (message instanceof Uint8Array) out.write(message);
});

const packsWithoutACode = withPack((message, out) => {
  if (!(message.length <= MOST)) throw new RangeError('too large');
  frames.pack(message, out, undefined as never);
});

const writesFirst = withPack((message, out) => {
  out.writeUint16(message?.length ?? 0);
  checkSize(message);
  out.write(message);
});

/** What it has refused once stands in front of the next message. */
function keepsWhatItRefused(): Options {
  return {
    ...bounded,
    create: () => {
      let kept: Uint8Array | undefined;
      return {
        ...frames,
        pack(message, out) {
          if (!(message?.length <= MOST)) kept = Uint8Array.of(9);
          checkSize(message);
          const all = kept === undefined ? message : Uint8Array.from([...kept, ...message]);
          out.writeUint16(all.length);
          out.write(all);
        },
      };
    },
  };
}

function countsForAll(): Options {
  return {
    ...promises,
    create: () => {
      let number = 0;
      return numbered(() => number++);
    },
  };
}

const doesNotSayThatItCounts: Options = {
  ...promises,
  create: () => ({ ...numbered(countInConnection), packsPerConnection: false }),
};

const needsAnOpenConnection: Options = {
  ...promises,
  create: () => ({
    ...frames,
    onOpen: (connection) => connection.set('open', true),
    pack(message, out, connection) {
      checkSize(message);
      out.writeUint16(message.length + (connection.get('open') ? 0 : 1));
      out.write(message);
    },
  }),
};

describe('protocolSuite with a protocol that breaks a promise', () => {
  const cases: readonly [string, Options, RegExp][] = [
    ['judges a size late', judgesLate, /never ends, before too much/],
    ['refuses without a code', throwsAnything, /never ends, before too much/],
    ['claims a smaller cap', { ...bounded, maxBuffered: MOST }, /never ends, before too much/],
    [
      'bounds no fragments',
      { ...fragmented, create: () => fragments(Number.POSITIVE_INFINITY) },
      /finish no message, before too much/,
    ],
    ['packs anything', packsAll, /refuses to pack/],
    ['refuses to pack without a code', packsWithoutACode, /refuses to pack/],
    ['writes before it refuses', writesFirst, /refuses to pack/],
    ['keeps what it refused', keepsWhatItRefused(), /refuses to pack/],
    ['lets connections share what is their own', countsForAll(), /each connection by itself/],
    ['does not say that it packs for each', doesNotSayThatItCounts, /for every connection/],
    ['packs for open connections only', needsAnOpenConnection, /for every connection/],
  ];
  for (const [name, options, expected] of cases) {
    it(`fails when it ${name}`, async () => {
      assert.match(await failures(options), expected);
    });
  }

  it('tells what waits, and what was sent', async () => {
    const runner = new RecordingRunner();
    protocolSuite(runner, 'broken', judgesLate);
    await runner.failures();
    const said = runner.said('refuses a message that never ends, before too much of it waits');
    assert.match(said, /^\[.*\] and then \[[0-9a-f]{2}\] for ever: \d+ bytes wait .* is 302/);
  });

  it('needs a cap for streams without an end', () => {
    const options: Options = { ...promises, create: () => frames, endless: [] };
    assert.throws(() => protocolSuite(new RecordingRunner(), 'broken', options), /needs maxBuff/);
  });
});
