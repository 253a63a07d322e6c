import assert from 'node:assert/strict';
import { createTestConnection } from '@gev/conformance';
import { isGevError, type Protocol } from '@gev/core';
import { RingBuffer } from '@gev/ringbuffer';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { protobufDelimited, protobufFrames } from '../src/index.js';
import { frame, packed } from './bytes.js';
import { registry, samples } from './registries.js';

const NIGHTLY = process.env['GEV_TEST_NIGHTLY'] !== undefined;
const numRuns = NIGHTLY ? 100_000 : 5_000;
const MAX = 4096;

type AnyProtocol = Protocol<object, never>;

const frames = protobufFrames(registry, { maxFrameLength: MAX }) as AnyProtocol;
const lazy = protobufFrames(registry, { maxFrameLength: MAX, lazy: true }) as AnyProtocol;
const people = protobufDelimited(registry, 'sample.Person', {
  maxFrameLength: MAX,
}) as AnyProtocol;

const garbage = fc.uint8Array({ maxLength: 200 });

/** Frames whose header is right and whose payload may be anything. */
const plausible = fc
  .tuple(fc.constantFrom(...registry.names), garbage)
  .map(([name, payload]) => frame(name, payload));

const goodFrame = fc.constantFrom(...samples).map((sample) => packed(frames, sample as never));
const goodPerson = fc
  .constantFrom(...samples.filter(({ type }) => type === 'sample.Person'))
  .map(({ message }) => packed(people, message as never));

/** Bytes of which a few are others. */
function damaged(bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
  return fc.tuple(bytes, damage).map(([good, changes]) => {
    const bad = Uint8Array.from(good);
    for (const [at, value] of changes) bad[at % bad.length] = value;
    return bad;
  });
}

function stream(...parts: fc.Arbitrary<Uint8Array>[]): fc.Arbitrary<Uint8Array> {
  return fc.array(fc.oneof(...parts), { maxLength: 5 }).map((pieces) => Buffer.concat(pieces));
}

/** Everything that comes of bytes in pieces; what is thrown must be a protocol error. */
function outcome(protocol: AnyProtocol, bytes: Uint8Array, cuts: readonly number[]): unknown[] {
  const buffer = new RingBuffer(16);
  const connection = createTestConnection<never>();
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  const results: unknown[] = [];
  let from = 0;
  for (const end of ends) {
    buffer.write(bytes.subarray(from, end));
    from = end;
    try {
      for (;;) {
        const message = protocol.unpack(buffer, connection);
        if (message === undefined) break;
        results.push(result(message));
      }
    } catch (error) {
      assert.ok(isGevError(error) && error.code === 'ERR_GEV_PROTOCOL', String(error));
      // What was sent behind it is of no interest: the connection is closed.
      return [...results, error.message];
    }
    assert.ok(buffer.length <= MAX + 5, 'more waits than the largest frame has');
  }
  return results;
}

function result(message: object): unknown {
  if (!('payload' in message)) return JSON.stringify(message);
  const { type, payload } = message as { type: string; payload: Uint8Array };
  return `${type} ${Buffer.from(payload).toString('hex')}`;
}

function survives(protocol: AnyProtocol, bytes: fc.Arbitrary<Uint8Array>): void {
  const cuts = fc.array(fc.nat(2000), { maxLength: 6 });
  fc.assert(
    fc.property(bytes, cuts, (all, where) => {
      assert.deepEqual(outcome(protocol, all, where), outcome(protocol, all, []));
    }),
    { numRuns },
  );
}

describe('whatever a peer sends, in whatever pieces, gives the same messages or protocol error', () => {
  const timeout = NIGHTLY ? 600_000 : 60_000;

  it('in frames', () => survives(frames, stream(garbage, plausible, goodFrame)), timeout);
  it('in damaged frames', () => survives(frames, stream(damaged(goodFrame), goodFrame)), timeout);
  it('in lazy frames', () => survives(lazy, stream(damaged(goodFrame), plausible)), timeout);
  it('in delimited streams', () => survives(people, stream(garbage, goodPerson)), timeout);
  it('in damaged delimited streams', () => survives(people, stream(damaged(goodPerson))), timeout);
});
