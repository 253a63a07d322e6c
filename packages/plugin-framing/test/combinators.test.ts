import assert from 'node:assert/strict';
import * as zlib from 'node:zlib';
import { type Connection, GevError, type Protocol, protocolError } from '@gev/core';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { crc32, crc32ByTables } from '../src/crc32.js';
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
import { coded, Drive, hex, latin1, packed, unpackAll } from './drive.js';

describe('mapProtocol', () => {
  const json = mapProtocol(line(), {
    decode: (text) => JSON.parse(text) as { n: number },
    encode: (reply: { ok: boolean }) => JSON.stringify(reply),
  });

  it('has the types of its codec', () => {
    const typed: Protocol<{ n: number }, { ok: boolean }> = json;
    assert.deepEqual(unpackAll(typed, latin1('{"n":1}\n')), [{ n: 1 }]);
    assert.deepEqual(packed(typed, { ok: true }), latin1('{"ok":true}\n'));
  });

  it('turns what decode throws into a protocol error with its cause', () => {
    assert.throws(
      () => unpackAll(json, latin1('{oops\n')),
      (error: Error) => {
        assert.ok(error.cause instanceof SyntaxError);
        assert.match(error.message, /could not be decoded: .*JSON/);
        return (error as GevError).code === 'ERR_GEV_PROTOCOL';
      },
    );
    const throwing = (thrown: unknown) =>
      mapProtocol(line(), {
        decode: (): string => {
          throw thrown;
        },
        encode: (text: string) => text,
      });
    const own = protocolError('mine');
    assert.throws(
      () => unpackAll(throwing(own), latin1('\n')),
      (error) => error === own,
    );
    const other = new GevError('ERR_GEV_IO', 'other');
    assert.throws(
      () => unpackAll(throwing(other), latin1('\n')),
      coded('ERR_GEV_PROTOCOL', /other/),
    );
    assert.throws(() => unpackAll(throwing(undefined), latin1('\n')), /undefined was thrown/);
  });

  it('does not let decode say that nothing came', () => {
    const codec = { decode: () => undefined, encode: () => '' };
    const protocol = mapProtocol(line(), codec);
    assert.throws(() => unpackAll(protocol, latin1('\n')), coded('ERR_GEV_HANDLER', /return null/));
  });

  it('leaves what encode throws to whoever sends', () => {
    const circular: { self?: unknown } = {};
    circular.self = circular;
    const protocol = mapProtocol(line(), { decode: () => null, encode: JSON.stringify });
    assert.throws(() => packed(protocol, circular), TypeError);
  });

  it('does not let encode say that there is nothing to send', () => {
    const protocol = mapProtocol(line(), { decode: () => null, encode: JSON.stringify });
    for (const nothing of [undefined, () => {}, Symbol('s')]) {
      const message = new RegExp(`undefined for a message of type ${typeof nothing}`);
      assert.throws(() => packed(protocol, nothing), coded('ERR_GEV_HANDLER', message));
    }
  });

  it('does not encode a promise, of which JSON would make {}', () => {
    const protocol = mapProtocol(line(), { decode: () => null, encode: JSON.stringify });
    assert.throws(
      () => packed(protocol, Promise.resolve({ id: 1 })),
      coded('ERR_GEV_HANDLER', /a promise cannot be encoded: await it/),
    );
  });

  it('passes the hooks on, to the protocol that they are of', () => {
    const seen: unknown[] = [];
    class Hooked implements Protocol<string> {
      readonly packsPerConnection = true;
      readonly inner = line();
      unpack(...args: Parameters<Protocol<string>['unpack']>): string | undefined {
        return this.inner.unpack(...args);
      }
      pack(...args: Parameters<Protocol<string>['pack']>): void {
        this.inner.pack(...args);
      }
      onOpen(connection: Connection<string>): void {
        seen.push(this instanceof Hooked, connection);
      }
      onClose(connection: Connection<string>): void {
        seen.push(this instanceof Hooked, connection);
      }
    }
    const upper = { decode: (text: string) => text.toUpperCase(), encode: (text: string) => text };
    const protocol = compose(new Hooked(), upper, upper);
    const drive = new Drive(protocol);
    assert.deepEqual(drive.receive(latin1('abc\n')), ['ABC']);
    drive.close();
    assert.equal(protocol.packsPerConnection, true);
    assert.deepEqual(seen, [true, drive.connection, true, drive.connection]);
    assert.equal('onOpen' in mapProtocol(varint32(), { decode: String, encode: String }), false);
  });
});

describe('compose', () => {
  it('decodes from left to right and encodes from right to left', () => {
    const tag = (name: string) => ({
      decode: (text: string) => `${text}<${name}`,
      encode: (text: string) => `${text}>${name}`,
    });
    const protocol = compose(line(), tag('a'), tag('b'), tag('c'));
    assert.deepEqual(unpackAll(protocol, latin1('x\n')), ['x<a<b<c']);
    assert.deepEqual(packed(protocol, 'x'), latin1('x>c>b>a\n'));
  });

  it('is the protocol itself without codecs', () => {
    const protocol = line();
    assert.equal(compose(protocol), protocol);
  });

  it('carries compressed JSON', () => {
    const protocol = compose(
      lengthField({ bytes: 2 }),
      {
        decode: (bytes) => zlib.inflateRawSync(bytes),
        encode: (raw: string) => zlib.deflateRawSync(raw),
      },
      { decode: (bytes) => JSON.parse(bytes.toString()) as unknown, encode: JSON.stringify },
    );
    const value = { list: Array.from({ length: 100 }, () => 'again') };
    const frame = packed(protocol, value);
    assert.ok(frame.length < 60);
    assert.deepEqual(unpackAll(protocol, frame), [value]);
    assert.throws(() => unpackAll(protocol, hex('0002 ffff')), coded('ERR_GEV_PROTOCOL'));
  });
});

describe('withChecksum', () => {
  it('puts the CRC-32 behind the message, and counts it', () => {
    const protocol = withChecksum(lengthField({ bytes: 1 }));
    assert.deepEqual(packed(protocol, '123456789'), hex('0d 313233343536373839 cbf43926'));
    const little = withChecksum(varint32(), { endian: 'little' });
    assert.deepEqual(packed(little, latin1('123456789')), hex('0d 313233343536373839 2639f4cb'));
    assert.deepEqual(packed(protocol, ''), hex('04 00000000'));
  });

  it('refuses every frame in which a byte has changed', () => {
    const protocol = withChecksum(fixed(20));
    const frame = packed(protocol, latin1('sixteen bytes...'));
    for (let at = 0; at < frame.length; at += 1) {
      const damaged = frame.slice();
      damaged[at]! ^= 0x10;
      assert.throws(() => unpackAll(protocol, damaged), coded('ERR_GEV_PROTOCOL', /damaged.*0x/));
    }
    assert.deepEqual(unpackAll(protocol, frame), [latin1('sixteen bytes...')]);
  });

  it('refuses a frame without room for it', () => {
    const protocol = withChecksum(varint32());
    assert.throws(
      () => unpackAll(protocol, hex('03 000000')),
      coded('ERR_GEV_PROTOCOL', /3 bytes/),
    );
  });

  it('does not pack what the framing does not take', () => {
    const protocol = withChecksum(varint32({ maxFrameLength: 10 }));
    assert.equal(packed(protocol, new Uint8Array(6)).length, 11);
    assert.throws(() => packed(protocol, new Uint8Array(7)), coded('ERR_GEV_HANDLER', /11 bytes/));
  });
});

describe('crc32', () => {
  it('is the one with the check value of the catalogue', () => {
    assert.equal(crc32(latin1('123456789')), 0xcbf43926);
    assert.equal(crc32ByTables(latin1('123456789')), 0xcbf43926);
  });

  it('is the same by tables, natively, and of text', () => {
    const native = (zlib as { crc32?: (data: Uint8Array) => number }).crc32;
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.string({ unit: 'binary' }),
        (bytes, text) => {
          const expected = crc32ByTables(bytes);
          assert.equal(crc32(bytes), expected);
          if (native) assert.equal(native(bytes), expected);
          assert.equal(crc32(text), crc32ByTables(Buffer.from(text)));
        },
      ),
    );
  });

  it('is that of the bytes that are written, for a text that is no Unicode too', () => {
    for (const text of ['lone \ud800', 'lone \udfff surrogate', '😀', 'x'.repeat(200)]) {
      const protocol = withChecksum(lengthField());
      assert.deepEqual(
        unpackAll(protocol, packed(protocol, text)).map((bytes) => Buffer.from(bytes).toString()),
        [Buffer.from(text).toString()],
      );
    }
  });
});

describe('framings of text and bytes', () => {
  it('write text with the length of its UTF-8', () => {
    for (const protocol of [
      lengthField(),
      lengthField({ bytes: 2 }),
      varint32(),
      delimiter('\n'),
    ]) {
      const bytes = packed(protocol, 'lone \ud800 €');
      assert.deepEqual(
        unpackAll(protocol, bytes).map((m) => Buffer.from(m).toString()),
        ['lone \ufffd €'],
      );
    }
  });
});
