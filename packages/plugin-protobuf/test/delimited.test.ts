import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { protobufDelimited } from '../src/index.js';
import { packed, refused, unpacked } from './bytes.js';
import { decoded, Person, registry } from './registries.js';

const people = protobufDelimited(registry, 'sample.Person');
const refuse = (...bytes: number[]) =>
  refused('ERR_GEV_PROTOCOL', () => unpacked(people, Uint8Array.from(bytes)));

describe('the bytes of a delimited message', () => {
  it('are what encodeDelimited of protobufjs writes', () => {
    for (const size of [0, 1, 125, 126, 127, 500, 16_380, 16_381, 16_384, 100_000]) {
      const message = { name: 'n'.repeat(size) };
      const wanted = Person.encodeDelimited(message).finish();
      assert.deepEqual(packed(people, message), new Uint8Array(wanted));
    }
  });

  it('are read with a length of more bytes than it needs', () => {
    assert.equal(unpacked(people, Uint8Array.of(0x82, 0x80, 0x00, 0x10, 1))[0]?.['age'], 1);
  });
});

describe('a stream that breaks the protocol', () => {
  it('has a length that is too large, refused before its message is there', () => {
    assert.match(refuse(0xff, 0xff, 0xff, 0xff, 0x0f), /maxFrameLength is 1048571/);
    refuse(0xff, 0xff, 0xff, 0x7f);
    const small = protobufDelimited(registry, 'sample.Person', { maxFrameLength: 2 });
    assert.equal(unpacked(small, Uint8Array.of(2, 0x10, 1)).length, 1);
    refused('ERR_GEV_PROTOCOL', () => unpacked(small, Uint8Array.of(3)));
  });

  it('has a length that does not end', () => {
    assert.match(refuse(0x80, 0x80, 0x80, 0x80, 0x80), /more than 5 bytes/);
  });

  it('has a malformed payload', () => {
    assert.match(refuse(1, 0x10), /no message of type sample\.Person/);
  });
});

describe('options of delimited streams', () => {
  it('send another type than they receive', () => {
    const pings = protobufDelimited(registry, 'sample.Person', { replyType: 'sample.Ping' });
    assert.deepEqual([...packed(pings, { number: 5 })], [2, 8, 5]);
    assert.deepEqual(unpacked(pings, packed(people, { name: 'Ada' })), [
      decoded('sample.Person', { name: 'Ada' }),
    ]);
  });

  it('hand over lazily, and send on what came', () => {
    const lazy = protobufDelimited(registry, 'sample.Person', { lazy: true });
    const bytes = packed(people, { name: 'Ada' });
    const [received] = unpacked(lazy, bytes);
    assert.deepEqual(received?.decode(), decoded('sample.Person', { name: 'Ada' }));
    assert.deepEqual(packed(lazy, received!), bytes);
    const pings = protobufDelimited(registry, 'sample.Ping', { lazy: true });
    refused('ERR_GEV_HANDLER', () => packed(pings, received!));
  });

  it('are checked', () => {
    const make = (options: object) => () => protobufDelimited(registry, 'sample.Ping', options);
    for (const maxFrameLength of [0, 1, 2.5, -1, Number.NaN, 2 ** 31, '5']) {
      refused('ERR_GEV_INVALID_OPTION', make({ maxFrameLength }));
    }
    refused('ERR_GEV_INVALID_OPTION', make({ bytes: 'slice' }));
    refused('ERR_GEV_INVALID_OPTION', make({ lazy: 1 }));
    assert.match(refused('ERR_GEV_INVALID_OPTION', make({ max: 5 })), /no option max/);
    assert.match(refused('ERR_GEV_INVALID_OPTION', make({ replyType: 'x' })), /no type 'x'/);
    refused('ERR_GEV_INVALID_OPTION', () => protobufDelimited(registry, 'sample.Pong'));
    const typeless = () => protobufDelimited(registry, undefined as never);
    assert.match(refused('ERR_GEV_INVALID_OPTION', typeless), /no type undefined .* it has sample/);
    refused('ERR_GEV_INVALID_OPTION', make({ replyType: null }));
    refused('ERR_GEV_INVALID_OPTION', make(null as never));
    for (const odd of [Object.create(null), { toString: JSON.parse }, Symbol('odd')]) {
      for (const name of ['maxFrameLength', 'bytes', 'lazy', 'replyType']) {
        assert.match(refused('ERR_GEV_INVALID_OPTION', make({ [name]: odd })), /: (give|it has) /);
      }
      refused('ERR_GEV_INVALID_OPTION', () => protobufDelimited(registry, odd as never));
      refused('ERR_GEV_INVALID_OPTION', () =>
        protobufDelimited(odd as never, 'sample.Ping' as never),
      );
    }
    for (const none of [undefined, null, {}, 'sample.Ping']) {
      const of = () => protobufDelimited(none as never, 'sample.Ping' as never);
      assert.match(refused('ERR_GEV_INVALID_OPTION', of), /registry is .*createRegistry/);
    }
  });
});
