import assert from 'node:assert/strict';
import { createTestConnection } from '@gev/conformance';
import { RingBuffer } from '@gev/ringbuffer';
import { describe, it } from 'vitest';
import { protobufFrames } from '../src/index.js';
import { frame, packed, refused, unpacked } from './bytes.js';
import { decoded, Person, registry } from './registries.js';

const frames = protobufFrames(registry);
const refuse = (bytes: Uint8Array) => refused('ERR_GEV_PROTOCOL', () => unpacked(frames, bytes));

describe('the bytes of a frame', () => {
  it('are a u32 length, a u16 length of the name, the name and the payload', () => {
    const bytes = packed(frames, { type: 'sample.Ping', message: { number: 300 } });
    const name = Buffer.from('sample.Ping');
    const wanted = [0, 0, 0, 2 + 11 + 3, 0, 11, ...name, 0x08, 0xac, 0x02];
    assert.deepEqual([...bytes], wanted);
  });

  it('are the same for every size', () => {
    for (let size = 0; size < 1200; size += 1) {
      const message = { name: 'n'.repeat(size % 600), photo: new Uint8Array(size) };
      const bytes = packed(frames, { type: 'sample.Person', message });
      assert.deepEqual(
        bytes,
        new Uint8Array(frame('sample.Person', Person.encode(message).finish())),
      );
    }
  });

  it('do not change when the next message is packed', () => {
    const out = new RingBuffer();
    const connection = createTestConnection<never>();
    const numbers = [1, 2, 70_000, 3];
    for (const number of numbers) {
      frames.pack({ type: 'sample.Ping', message: { number } }, out, connection);
    }
    const messages = unpacked(frames, out.bytes());
    assert.deepEqual(
      messages.map(({ message }) => message['number']),
      numbers,
    );
  });
});

describe('a frame that breaks the protocol', () => {
  it('is too short for what it says', () => {
    assert.match(refuse(Uint8Array.of(0, 0, 0, 0)), /0 bytes came, too short/);
    assert.match(refuse(Uint8Array.of(0, 0, 0, 1)), /1 bytes came, too short/);
    assert.match(refuse(Uint8Array.of(0, 0, 0, 5, 0, 4)), /5 bytes came, too short .* name of 4/);
  });

  it('is too long, and is refused before it is there', () => {
    assert.match(refuse(Uint8Array.of(0xff, 0xff, 0xff, 0xff)), /4294967295 bytes came/);
    const small = protobufFrames(registry, { maxFrameLength: 16 });
    const fits = frame('sample.Ping', [0x08, 0xac, 0x02]);
    assert.equal(unpacked(small, fits).length, 1);
    const over = frame('sample.Ping', [0x08, 0xac, 0x82, 0x02]);
    refused('ERR_GEV_PROTOCOL', () => unpacked(small, over.subarray(0, 4)));
  });

  it('has a type name that is not known, not UTF-8, empty, or of the prototype', () => {
    assert.match(
      refuse(frame('sample.Pong', [])),
      /type "sample.Pong" came, which is not received/,
    );
    assert.match(refuse(frame(Uint8Array.of(0x73, 0xff), [])), /2 bytes is not UTF-8/);
    assert.match(refuse(frame('', [])), /type ""/);
    for (const name of ['__proto__', 'constructor', 'toString']) {
      assert.match(refuse(frame(name, [])), /is not received/);
    }
    assert.ok(refuse(frame('x'.repeat(5000), [])).length < 300);
  });

  it('has a type that is known but not to be received', () => {
    const protocol = protobufFrames(registry, { receive: ['sample.Ping'] });
    assert.equal(unpacked(protocol, frame('sample.Ping', [])).length, 1);
    refused('ERR_GEV_PROTOCOL', () => unpacked(protocol, frame('sample.Empty', [])));
    const sent = packed(protocol, { type: 'sample.Empty', message: {} });
    assert.deepEqual(sent, new Uint8Array(frame('sample.Empty', [])));
    const receive = ['sample.Pong'];
    refused('ERR_GEV_INVALID_OPTION', () => protobufFrames(registry, { receive }));
  });

  it('has a payload that is no such message', () => {
    assert.match(refuse(frame('sample.Ping', [0x08])), /no message of type sample\.Ping: index/);
    refuse(frame('sample.Ping', [0x00]));
    refuse(frame('sample.Ping', [0x0f, 1]));
    refuse(frame('sample.Ping.Detail', [0x0a, 2, 0xc3, 0x28]));
    refuse(frame('sample.Person', [0x2a, 0xff, 0xff, 0xff, 0xff, 0x07]));
  });

  it('does not lose the messages before it', () => {
    const good = packed(frames, { type: 'sample.Ping', message: { number: 1 } });
    const buffer = new RingBuffer();
    buffer.write(good);
    buffer.write(frame('nobody', []));
    const connection = createTestConnection<never>();
    assert.deepEqual(frames.unpack(buffer, connection)?.message['number'], 1);
    refused('ERR_GEV_PROTOCOL', () => frames.unpack(buffer, connection));
  });
});

describe('what cannot be packed', () => {
  const pack = (message: unknown) => () => packed(frames, message as never);

  it('is refused with a code, and the next message is whole', () => {
    refused('ERR_GEV_HANDLER', pack({ type: 'sample.Pong', message: {} }));
    refused('ERR_GEV_HANDLER', pack({ message: {} }));
    const broken = { children: [{ children: 1n }, null] };
    refused('ERR_GEV_HANDLER', pack({ type: 'sample.Person', message: broken }));
    const cycle: { children: object[] } = { children: [] };
    cycle.children.push(cycle);
    const tooDeep = refused('ERR_GEV_HANDLER', pack({ type: 'sample.Person', message: cycle }));
    assert.match(tooDeep, /type sample\.Person cannot be encoded: .*max depth/);
    const message = { children: [{ name: 'c' }] };
    const bytes = packed(frames, { type: 'sample.Person', message });
    assert.deepEqual(unpacked(frames, bytes), [
      { type: 'sample.Person', message: decoded('sample.Person', message) },
    ]);
  });
});

describe('messages of several types by turns', () => {
  it('carry each its own name, also after one that could not be packed', () => {
    const protocol = protobufFrames(registry);
    const long = { type: 'sample.Ping.Detail', message: { text: 'long' } };
    const first = packed(protocol, long);
    for (const name of ['x', 'x'.repeat(5000), 'x'.repeat(100_000)]) {
      const broken = { name, children: [null] };
      assert.throws(() => packed(protocol, { type: 'sample.Person', message: broken }));
      assert.deepEqual(packed(protocol, long), first);
      const sent = ['sample.Person', 'sample.Empty', 'sample.Ping', 'sample.Ping', 'sample.Person'];
      for (const type of sent) {
        const bytes = packed(protocol, { type, message: { name, number: 1 } });
        assert.equal(unpacked(protocol, bytes)[0]?.type, type);
      }
      assert.deepEqual(packed(protocol, long), first);
    }
  });
});

describe('lazy frames', () => {
  const lazy = protobufFrames(registry, { lazy: true });
  const message = { name: 'Ada', photo: Uint8Array.of(1, 2) };
  const bytes = packed(frames, { type: 'sample.Person', message });

  it('hand over the payload, and decode when they are asked to', () => {
    const [received] = unpacked(lazy, bytes);
    assert.equal(received?.type, 'sample.Person');
    assert.deepEqual(Buffer.from(received!.payload), Buffer.from(Person.encode(message).finish()));
    assert.deepEqual(received?.decode(), decoded('sample.Person', message));
    assert.deepEqual(received?.decode(), received?.decode());
  });

  it('can be sent on, as can any payload of a known type', () => {
    const [received] = unpacked(lazy, bytes);
    assert.deepEqual(packed(lazy, received!), bytes);
    const raw = { type: 'sample.Ping', payload: Uint8Array.of(8, 1) };
    assert.deepEqual(packed(lazy, raw), new Uint8Array(frame('sample.Ping', [8, 1])));
    refused('ERR_GEV_HANDLER', () => packed(lazy, { ...raw, type: 'nobody' }));
  });

  it('tell of a malformed payload only when it is decoded', () => {
    const [received] = unpacked(lazy, frame('sample.Ping', [8]));
    refused('ERR_GEV_PROTOCOL', () => received?.decode());
    refused('ERR_GEV_PROTOCOL', () => unpacked(lazy, frame('nobody', [8])));
  });
});

describe('fields of bytes', () => {
  const bytes = packed(frames, {
    type: 'sample.Person',
    message: { photo: Uint8Array.of(1, 2, 3) },
  });

  function photoAfterOverwriting(option: 'copy' | 'view'): number[] {
    const arena = Uint8Array.from(bytes);
    const overlay = new RingBuffer();
    overlay.withData(arena, 0, arena.length);
    const protocol = protobufFrames(registry, { bytes: option });
    const received = protocol.unpack(overlay, createTestConnection<never>());
    arena.fill(0xdd);
    return [...(received!.message['photo'] as Uint8Array)];
  }

  it('are copies, or on request views of what was received', () => {
    assert.deepEqual(photoAfterOverwriting('copy'), [1, 2, 3]);
    assert.deepEqual(photoAfterOverwriting('view'), [0xdd, 0xdd, 0xdd]);
  });
});

describe('bombs', () => {
  /** A person in a person in a person ... */
  function nested(levels: number): Buffer {
    let bytes = Buffer.alloc(0);
    for (let level = 0; level < levels; level += 1) {
      const header = [0x1a];
      let rest = bytes.length;
      for (; rest > 127; rest >>>= 7) header.push((rest & 127) | 128);
      bytes = Buffer.concat([Uint8Array.of(...header, rest), bytes]);
    }
    return bytes;
  }

  it('of nesting end with a code', () => {
    assert.equal(unpacked(frames, frame('sample.Person', nested(100))).length, 1);
    assert.match(refuse(frame('sample.Person', nested(101))), /max depth/);
    assert.match(refuse(frame('sample.Person', nested(5000))), /max depth/);
    // Groups of an unknown field, never ended.
    refuse(frame('sample.Ping', new Array(50_000).fill(0x1b)));
  });

  it('of lengths take no memory', () => {
    // A packed field that claims 2 GiB, and a map entry that does.
    refuse(frame('sample.Person', [0x4a, 0xff, 0xff, 0xff, 0xff, 0x07]));
    refuse(frame('sample.Person', [0x22, 0xff, 0xff, 0xff, 0xff, 0x07]));
  });
});

describe('keys of maps', () => {
  it('named __proto__ change no prototype', () => {
    const entry = [0x0a, 9, ...Buffer.from('__proto__'), 0x12, 8, ...Buffer.from('polluted')];
    const [received] = unpacked(frames, frame('sample.Person', [0x22, entry.length, ...entry]));
    const labels = received?.message['labels'] as object;
    assert.deepEqual(Object.getOwnPropertyDescriptor(labels, '__proto__')?.value, 'polluted');
    assert.equal(Object.getPrototypeOf(labels), Object.prototype);
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });
});

describe('integers of 64 bits', () => {
  it('arrive exactly, as Long, and leave from a number, string, Long or bigint', () => {
    const extremes = [
      ['balance', -(2n ** 63n)],
      ['balance', 2n ** 63n - 1n],
      ['total', 2n ** 64n - 1n],
      ['drift', -(2n ** 63n)],
      ['mark', 2n ** 64n - 1n],
      ['mark', 1n],
    ] as const;
    for (const [field, value] of extremes) {
      for (const given of [value, String(value)]) {
        const bytes = packed(frames, { type: 'sample.Person', message: { [field]: given } });
        const [received] = unpacked(frames, bytes);
        assert.equal(String(received?.message[field]), String(value));
        const again = packed(frames, { type: 'sample.Person', message: received!.message });
        assert.deepEqual(again, bytes);
      }
    }
    const series = [1n, -1n, 2n ** 40n];
    const [received] = unpacked(
      frames,
      packed(frames, { type: 'sample.Person', message: { series } }),
    );
    assert.deepEqual(String(received?.message['series']), String(series));
  });
});
