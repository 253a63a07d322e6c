import assert from 'node:assert/strict';
import { type Protocol, protocolError, type ReadBuffer } from '@gev/core';
import { describe, it } from 'vitest';
import { type ProtocolSuiteOptions, protocolSuite } from '../src/index.js';
import { ArrayQueue } from './array-queue.js';
import { RecordingRunner } from './recording-runner.js';

const MOST = 4096;

/** A u32 with the size, then so many bytes. */
const lengthPrefixed: Protocol<Uint8Array> = {
  unpack(buffer) {
    const size = buffer.peekUint32();
    if (size === undefined) return undefined;
    if (size > MOST) throw protocolError(`a message of ${size} bytes, at most ${MOST} are allowed`);
    if (buffer.length < 4 + size) return undefined;
    buffer.retrieve(4);
    return buffer.take(size);
  },
  pack(message, out) {
    out.writeUint32(message.length);
    out.write(message);
  },
};

/** Lines of text that end with LF. */
const lines: Protocol<string> = {
  unpack(buffer) {
    const size = buffer.indexOf(10);
    if (size === -1) return undefined;
    const line = Buffer.from(buffer.take(size)!).toString('latin1');
    buffer.retrieve(1);
    return line;
  },
  pack(message, out) {
    out.writeString(`${message}\n`);
  },
};

const frames: Omit<ProtocolSuiteOptions<Uint8Array, Uint8Array>, 'create'> = {
  createBuffer: () => new ArrayQueue(),
  messages: [Uint8Array.of(1), new Uint8Array(0), new Uint8Array(255).fill(7), Uint8Array.of(0, 0)],
  emptyMessage: new Uint8Array(0),
};

protocolSuite({ describe, it }, 'u32 length-prefixed', { ...frames, create: () => lengthPrefixed });

protocolSuite({ describe, it }, 'lines', {
  create: () => lines,
  createBuffer: () => new ArrayQueue(),
  messages: (random) =>
    Array.from({ length: 5 }, () => Buffer.from(random.bytes(30)).toString('hex')),
  emptyMessage: '',
});

protocolSuite({ describe, it }, 'a stream longer than is split exhaustively', {
  ...frames,
  create: () => lengthPrefixed,
  messages: [new Uint8Array(3000).fill(1), Uint8Array.of(2), new Uint8Array(3000).fill(3)],
});

const GREETING = Uint8Array.of(7, 7, 7);

/** Each connection begins with a greeting; numbers come out as objects with a view. */
function greeted(): Protocol<{ bytes: Uint8Array }, string> {
  return {
    onOpen: (connection) => connection.set('greeted', false),
    onClose: (connection) => void connection.delete('greeted'),
    unpack(buffer, connection) {
      // Looked at, not consumed, until there is a message behind it: the contract of unpack.
      const skip = connection.get('greeted') ? 0 : GREETING.length;
      const size = buffer.peekUint8(skip);
      if (size === undefined || buffer.length < skip + 1 + size) return undefined;
      buffer.retrieve(skip + 1);
      connection.set('greeted', true);
      return { bytes: buffer.take(size)! };
    },
    pack(message, out) {
      out.writeUint8(message.length);
      out.writeString(message);
    },
  };
}

protocolSuite({ describe, it }, 'a protocol with a state and a preamble', {
  create: greeted,
  createBuffer: () => new ArrayQueue(),
  messages: ['one', '', 'three'],
  emptyMessage: '',
  preamble: GREETING,
  encode: (message) => Buffer.from([message.length, ...Buffer.from(message)]),
  expected: (message) => ({ bytes: Buffer.from(message) }),
});

/** Drops zero bytes in front of a message at once, whether or not the message is there. */
function dropsZeros(buffer: ReadBuffer): string | undefined {
  while (buffer.peekUint8() === 0) buffer.retrieve(1);
  const size = buffer.peekUint8();
  if (size === undefined || buffer.length < 1 + size) return undefined;
  buffer.retrieve(1);
  return Buffer.from(buffer.take(size)!).toString('latin1');
}

const padded: ProtocolSuiteOptions<string, string> = {
  create: () => ({
    unpack: dropsZeros,
    pack(message, out) {
      out.writeUint8(message.length);
      out.writeString(message);
    },
  }),
  createBuffer: () => new ArrayQueue(),
  messages: ['one', 'two', 'three'],
  preamble: new Uint8Array(3),
  discards: true,
};

protocolSuite({ describe, it }, 'a protocol that discards', padded);
/** Takes the size as soon as it is there, and keeps it. */
const inParts: Protocol<Uint8Array> = {
  ...lengthPrefixed,
  unpack(buffer, connection) {
    if (connection.get('size') === undefined) {
      const size = buffer.peekUint32();
      if (size === undefined) return undefined;
      if (size > MOST) throw protocolError('too large');
      connection.set('size', size);
      buffer.retrieve(4);
    }
    const message = buffer.take(connection.get<number>('size')!);
    if (message !== undefined) connection.delete('size');
    return message;
  },
};

protocolSuite({ describe, it }, 'a protocol that consumes parts of a message', {
  ...frames,
  create: () => inParts,
  consumesParts: true,
});

/** Breaks one thing in the length-prefixed protocol. */
function broken(change: Partial<Protocol<Uint8Array>>): () => Protocol<Uint8Array> {
  return () => ({ ...lengthPrefixed, ...change });
}

function eatsTheHeader(buffer: ReadBuffer): Uint8Array | undefined {
  const size = buffer.peekUint32();
  if (size === undefined) return undefined;
  if (size > MOST) throw protocolError('too large');
  buffer.retrieve(4);
  return buffer.take(size);
}

function losesEmptyOnes(buffer: ReadBuffer): Uint8Array | undefined {
  for (;;) {
    const message = lengthPrefixed.unpack(buffer, undefined as never);
    if (message === undefined || message.length > 0) return message;
  }
}

function neverEnds(buffer: ReadBuffer): Uint8Array | undefined {
  while (buffer.length > 0 && (buffer.peekUint32() ?? 0) > MOST);
  return lengthPrefixed.unpack(buffer, undefined as never);
}

function throwsAnything(buffer: ReadBuffer): Uint8Array | undefined {
  if ((buffer.peekUint32() ?? 0) > MOST) throw new RangeError('too large');
  return lengthPrefixed.unpack(buffer, undefined as never);
}

function consumesNothing(buffer: ReadBuffer): Uint8Array | undefined {
  const size = buffer.peekUint32();
  return size === undefined ? undefined : buffer.peek(size)[0];
}

/** Keeps the size of a message that is under way in itself, not in the connection. */
function mixesConnections(): Protocol<Uint8Array> {
  let size: number | undefined;
  return {
    ...lengthPrefixed,
    unpack(buffer) {
      size ??= buffer.peekUint32();
      if (size === undefined || buffer.length < 4 + size) return undefined;
      buffer.retrieve(4);
      const message = buffer.take(size);
      size = undefined;
      return message;
    },
  };
}

describe('protocolSuite with a broken protocol', () => {
  const cases: [string, () => Protocol<Uint8Array>, RegExp][] = [
    ['eats the header of an incomplete message', broken({ unpack: eatsTheHeader }), /as it was/],
    ['eats bytes: every split', broken({ unpack: eatsTheHeader }), /every split in two/],
    ['loses empty messages', broken({ unpack: losesEmptyOnes }), /delivers empty messages/],
    ['loops for ever', broken({ unpack: neverEnds }), /random bytes/],
    ['throws what is no protocol error', broken({ unpack: throwsAnything }), /random bytes/],
    ['delivers without consuming', broken({ unpack: consumesNothing }), /by itself/],
    ['mixes connections', mixesConnections, /keeps connections apart/],
    [
      'packs in the wrong order',
      broken({
        pack(message, out) {
          out.write(message);
          out.writeUint32(message.length);
        },
      }),
      /by itself/,
    ],
    [
      'changes the message',
      broken({
        pack(message, out) {
          lengthPrefixed.pack(message, out, undefined as never);
          message.reverse().fill(0, 0, 1);
        },
      }),
      /does not change a message/,
    ],
    [
      'throws in onClose',
      broken({
        onClose() {
          throw new Error('onClose');
        },
      }),
      /by itself/,
    ],
  ];
  for (const [name, create, expected] of cases) {
    it(`fails when it ${name}`, async () => {
      const runner = new RecordingRunner();
      const messages = () => [Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3)];
      protocolSuite(runner, name, { ...frames, messages, create });
      const failed = await runner.failures();
      assert.ok(
        failed.some((test) => expected.test(test)),
        `only these failed: ${failed.join('; ')}`,
      );
    });
  }

  it('fails when it loses a key __proto__', async () => {
    const runner = new RecordingRunner();
    const loses = (text: string) => Object.assign({}, JSON.parse(text) as object);
    protocolSuite<object, object>(runner, 'objects', {
      create: () => ({
        unpack(buffer, connection) {
          const text = lines.unpack(buffer, connection as never);
          return text === undefined ? undefined : loses(text);
        },
        pack: (message, out) => out.writeString(`${JSON.stringify(message)}\n`),
      }),
      createBuffer: () => new ArrayQueue(),
      messages: [JSON.parse('{"__proto__":1,"a":2}') as object],
      garbage: false,
    });
    assert.match((await runner.failures()).join('; '), /by itself/);
  });

  it('fails when it discards and does not say so', async () => {
    const runner = new RecordingRunner();
    protocolSuite(runner, 'padded', { ...padded, discards: false });
    assert.match((await runner.failures()).join('; '), /by itself/);
  });

  it('fails when it discards what belongs to a message', async () => {
    const runner = new RecordingRunner();
    const create = broken({ unpack: eatsTheHeader });
    protocolSuite(runner, 'broken', { ...frames, create, discards: true });
    assert.match((await runner.failures()).join('; '), /as it was/);
  });

  it('tells the seed, and where it cut', async () => {
    const runner = new RecordingRunner();
    protocolSuite(runner, 'broken', { ...frames, create: broken({ unpack: eatsTheHeader }) });
    await runner.failures();
    assert.match(runner.said('gives all messages back from random splits'), /seed \d+/);
    assert.match(runner.said('gives all messages back from every split in two'), /at byte 4/);
  });
});
