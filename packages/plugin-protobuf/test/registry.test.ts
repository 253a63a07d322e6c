import assert from 'node:assert/strict';
import protobuf from 'protobufjs';
import { describe, it } from 'vitest';
import { createRegistry, protobufDelimited, protobufFrames } from '../src/index.js';
import { frame, packed, refused, unpacked } from './bytes.js';
import * as statics from './fixtures/generated/static.js';
import { proto } from './registries.js';

const NAMES = ['sample.Person', 'sample.Ping', 'sample.Ping.Detail', 'sample.Empty'];
const refuse = (source: object) =>
  refused('ERR_GEV_INVALID_OPTION', () => createRegistry(source as never));

describe('createRegistry', () => {
  it('takes .proto text, a root and a descriptor', () => {
    const { root } = protobuf.parse(proto);
    const descriptor = JSON.parse(JSON.stringify(root.toJSON())) as protobuf.INamespace;
    for (const source of [{ proto }, { root }, { descriptor }]) {
      const registry = createRegistry(source);
      assert.deepEqual(registry.names, NAMES);
      assert.ok(registry.has('sample.Empty') && !registry.has('sample.Role'));
      const frames = protobufFrames(registry);
      const sent = { type: 'sample.Ping', message: { number: 5 } };
      const [received] = unpacked(frames, packed(frames, sent));
      assert.equal(received?.message['number'], 5);
    }
  });

  it('keeps the case of field names where it is told to', () => {
    const text = 'syntax = "proto3"; message A { uint32 user_id = 1; }';
    const field = (keepCase: boolean) =>
      createRegistry({ proto: text, keepCase }).codec('A').decode(Uint8Array.of(8, 5));
    assert.deepEqual({ ...field(false) }, { userId: 5 });
    assert.deepEqual({ ...field(true) }, { user_id: 5 });
  });

  it("resolves Google's common types", () => {
    const text = `syntax = "proto3"; import "google/protobuf/timestamp.proto";
      message Event { google.protobuf.Timestamp at = 1; }`;
    const { names } = createRegistry({ proto: text });
    assert.deepEqual(names, ['Event', 'google.protobuf.Timestamp']);
  });

  it("has Google's common types received only where they are named", () => {
    const text = `syntax = "proto3"; import "google/protobuf/struct.proto";
      message Event { google.protobuf.Value value = 1; }`;
    const struct = 'google.protobuf.Struct';
    const bytes = frame(struct, []);
    const root = new protobuf.Root();
    protobuf.parse(text, root);
    root.addJSON(protobuf.common.get('google/protobuf/struct.proto')!.nested!);
    for (const source of [{ proto: text }, { root }, { descriptor: root.toJSON() }]) {
      const registry = createRegistry(source);
      assert.deepEqual(registry.receivable, ['Event']);
      const all = protobufFrames(registry);
      const message = refused('ERR_GEV_PROTOCOL', () => unpacked(all, bytes));
      assert.match(message, /Struct" came, which is not received/);
      const named = protobufFrames(registry, { receive: ['Event', struct] });
      assert.equal(unpacked(named, bytes)[0]?.type, struct);
      // What is not received can be sent, and be a field, and a stream of its own.
      assert.deepEqual(packed(all, { type: struct, message: {} }), new Uint8Array(bytes));
      const value = { value: { stringValue: 'text' } };
      assert.equal(unpacked(all, packed(all, { type: 'Event', message: value })).length, 1);
      assert.equal(unpacked(protobufDelimited(registry, struct), Uint8Array.of(0)).length, 1);
    }
  });

  it('takes a static module, or types by names of your own', () => {
    const whole = createRegistry({ module: statics });
    assert.deepEqual(whole.names, ['statics.Ping', 'statics.Ping.Detail']);
    assert.deepEqual(createRegistry({ module: statics.statics }).names, ['Ping', 'Ping.Detail']);
    const frames = protobufFrames(createRegistry({ types: { ping: statics.statics.Ping } }));
    const message = { number: 1, detail: { text: 'x', raw: Uint8Array.of(7) } };
    const [received] = unpacked(frames, packed(frames, { type: 'ping', message }));
    assert.equal(received?.message.detail?.text, 'x');
    assert.deepEqual(received?.message.detail?.raw, Uint8Array.of(7));
  });

  it('refuses what it cannot use, with a reason', () => {
    assert.match(refuse({ proto: 'message {' }), /\.proto text cannot be used/);
    assert.match(refuse({ proto: 'import "other.proto"; message A {}' }), /imports other\.proto/);
    assert.match(refuse({ proto: 'syntax = "proto3"; message A { B b = 1; }' }), /resolved: .*B/);
    assert.match(refuse({ proto: 'enum A { B = 0; }' }), /without a type/);
    assert.match(refuse({ root: { nested: {} } }), /no Root/);
    assert.match(refuse({ types: { a: {} } }), /a has no functions encode and decode/);
    assert.match(refuse({ types: { '': statics.statics.Ping } }), /0 bytes: give one of 1/);
    refuse({ types: { ['x'.repeat(65_536)]: statics.statics.Ping } });
    refuse({ module: {} });
    refuse({ descriptor: { nested: { A: { fields: { b: { type: 'C', id: 1 } } } } } });
    assert.match(refuse({}), /one of: proto, root.*nothing in it/);
    assert.match(refuse({ protos: '' }), /one of: proto, root.* with protos/);
    const proto = 'message A {}';
    assert.match(refuse({ proto, types: {} }), /one of: .* with proto, types/);
    assert.match(refuse({ proto, keepcase: true }), /with proto goes keepCase; .*keepcase/);
    assert.match(refuse({ types: { a: statics.statics.Ping }, keepCase: true }), /types, keepCase/);
    assert.match(refuse({ proto, keepCase: 'yes' }), /keepCase is 'yes': give true or false/);
    assert.ok(refuse(' '.repeat(10_000) as never).length < 250);
  });

  it('refuses what is no source at all', () => {
    for (const source of [undefined, null, 'syntax = "proto3";', 5]) {
      assert.match(refuse(source as never), /one of: proto, root.*given is/);
    }
    for (const nothing of [null, undefined, 5]) {
      assert.match(refuse({ types: nothing }), /types is .*: give an object/);
      assert.match(refuse({ module: nothing }), /module is .*: give an object/);
      refuse({ proto: nothing });
      refuse({ root: nothing });
      refuse({ descriptor: nothing });
    }
  });

  it('tells of types that were made for another copy of protobufjs', () => {
    const foreign = {
      encode: () => undefined,
      decode(reader: object) {
        if (!(reader instanceof Uint8Array)) throw Error('illegal buffer');
      },
    };
    assert.match(refuse({ types: { a: foreign } }), /another copy of protobufjs/);
  });

  it('takes types with required fields', () => {
    const text = 'syntax = "proto2"; message A { required uint32 a = 1; }';
    const frames = protobufFrames(createRegistry({ proto: text }));
    refused('ERR_GEV_PROTOCOL', () => unpacked(frames, Uint8Array.of(0, 0, 0, 3, 0, 1, 65)));
  });

  it('lets no descriptor change a prototype', () => {
    const descriptor = JSON.parse(`{ "nested": { "__proto__": { "nested": { "polluted": {} } },
      "A": { "fields": { "__proto__": { "type": "string", "id": 1 },
        "constructor": { "type": "string", "id": 2 } } } } }`) as protobuf.INamespace;
    const frames = protobufFrames(createRegistry({ descriptor }));
    const text = [5, ...Buffer.from('value')];
    const name = [0, 1, 65];
    const bytes = Uint8Array.of(0, 0, 0, 17, ...name, 0x0a, ...text, 0x12, ...text);
    const [received] = unpacked(frames, bytes);
    assert.equal(received?.message['constructor'], 'value');
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
    assert.equal({}.constructor, Object);
  });

  it('finds each of many names', () => {
    const fields = Array.from({ length: 500 }, (_, i) => `message M${i} { uint32 n = 1; }`);
    const frames = protobufFrames(
      createRegistry({ proto: `syntax = "proto3"; ${fields.join('')}` }),
    );
    for (let i = 0; i < 500; i += 1) {
      const [received] = unpacked(frames, packed(frames, { type: `M${i}`, message: { n: i } }));
      assert.equal(received?.type, `M${i}`);
    }
  });
});
