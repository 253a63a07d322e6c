import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { RingBuffer } from '../src/index.js';
import {
  type ByteQueueModel,
  consume,
  createModel,
  numberAt,
  pushNumber,
} from './byte-queue-model.js';

type Command = fc.Command<ByteQueueModel, RingBuffer>;

/** A command that can always run; afterwards everything that can be asked must agree. */
function command(name: string, run: (model: ByteQueueModel, buffer: RingBuffer) => void): Command {
  return {
    check: () => true,
    run: (model, buffer) => {
      run(model, buffer);
      agree(model, buffer);
    },
    toString: () => name,
  };
}

function agree(model: ByteQueueModel, buffer: RingBuffer): void {
  assert.deepEqual([...buffer.bytes()], model.bytes);
  assert.equal(buffer.length, model.bytes.length);
  assert.equal(buffer.isEmpty, model.bytes.length === 0);
  assert.equal(buffer.virtualLength, model.bytes.length - model.virtual);
  assert.ok(buffer.capacity >= buffer.length);
  assert.equal(buffer.isFull, buffer.length > 0 && buffer.length === buffer.capacity);
  for (const { data, expected } of model.foreign) assert.deepEqual(data, expected);
}

const size = fc.nat(24);
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 24 }),
  // Past the size up to which bytes are copied by a loop.
  fc.uint8Array({ minLength: 33, maxLength: 80 }),
);

const writing: fc.Arbitrary<Command>[] = [
  payload.map((bytes) =>
    command(`write(${bytes.length})`, (model, buffer) => {
      buffer.write(bytes);
      model.bytes.push(...bytes);
    }),
  ),
  fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) =>
    command(`writeString(${JSON.stringify(text)})`, (model, buffer) => {
      const bytes = new TextEncoder().encode(text);
      assert.equal(buffer.writeString(text), bytes.length);
      model.bytes.push(...bytes);
    }),
  ),
  fc.nat(255).map((value) =>
    command(`writeUint8(${value})`, (model, buffer) => {
      if (value % 2 === 0) buffer.writeUint8(value);
      else buffer.writeByte(value);
      model.bytes.push(value);
    }),
  ),
  fc.nat(0xffff).map((value) =>
    command(`writeUint16(${value})`, (model, buffer) => {
      buffer.writeUint16(value);
      pushNumber(model, BigInt(value), 2);
    }),
  ),
  fc.nat(0xffffffff).map((value) =>
    command(`writeUint32(${value})`, (model, buffer) => {
      buffer.writeUint32(value);
      pushNumber(model, BigInt(value), 4);
    }),
  ),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) =>
    command(`writeUint64(${value})`, (model, buffer) => {
      buffer.writeUint64(value);
      pushNumber(model, value, 8);
    }),
  ),
];

const reading: fc.Arbitrary<Command>[] = [
  size.map((count) =>
    command(`read(${count})`, (model, buffer) => {
      const target = new Uint8Array(count);
      const done = buffer.read(target);
      assert.deepEqual([...target.subarray(0, done)], consume(model, count));
      assert.ok(target.subarray(done).every((byte) => byte === 0));
    }),
  ),
  fc.constant(
    command('readByte', (model, buffer) => {
      assert.equal(buffer.readByte(), model.bytes[0]);
      if (model.bytes.length > 0) consume(model, 1);
    }),
  ),
  size.map((count) =>
    command(`take(${count})`, (model, buffer) => {
      const taken = buffer.take(count);
      if (count > model.bytes.length) assert.equal(taken, undefined);
      else assert.deepEqual([...taken!], consume(model, count));
    }),
  ),
  fc.integer({ min: -2, max: 24 }).map((count) =>
    command(`retrieve(${count})`, (model, buffer) => {
      buffer.retrieve(count);
      if (count > 0) consume(model, count);
    }),
  ),
  fc.constant(
    command('retrieveAll', (model, buffer) => {
      buffer.retrieveAll();
      consume(model, model.bytes.length);
    }),
  ),
];

const peeking: fc.Arbitrary<Command>[] = [
  fc.integer({ min: -2, max: 24 }).map((count) =>
    command(`peek(${count})`, (model, buffer) => {
      const [first, second] = buffer.peek(count);
      assert.deepEqual([...first, ...second], model.bytes.slice(0, Math.max(count, 0)));
      assert.ok(first.length > 0 || second.length === 0);
    }),
  ),
  fc.constant(
    command('peekAll', (model, buffer) => {
      assert.deepEqual(
        buffer.peekAll().flatMap((view) => [...view]),
        model.bytes,
      );
    }),
  ),
  size.map((offset) =>
    command(`peekUint...(${offset})`, (model, buffer) => {
      assert.equal(big(buffer.peekUint8(offset)), numberAt(model, offset, 1));
      assert.equal(big(buffer.peekUint16(offset)), numberAt(model, offset, 2));
      assert.equal(big(buffer.peekUint32(offset)), numberAt(model, offset, 4));
      assert.equal(buffer.peekUint64(offset), numberAt(model, offset, 8));
    }),
  ),
  fc.tuple(fc.nat(255), fc.integer({ min: -2, max: 90 })).map(([byte, from]) =>
    command(`indexOf(${byte}, ${from})`, (model, buffer) => {
      assert.equal(buffer.indexOf(byte, from), model.bytes.indexOf(byte, Math.max(from, 0)));
      const last = model.bytes.at(-1);
      if (last !== undefined) assert.equal(buffer.indexOf(last), model.bytes.indexOf(last));
    }),
  ),
];

const virtualReading: fc.Arbitrary<Command>[] = [
  size.map((count) =>
    command(`virtualRead(${count})`, (model, buffer) => {
      const target = new Uint8Array(count);
      const done = buffer.virtualRead(target);
      const expected = model.bytes.slice(model.virtual, model.virtual + count);
      assert.deepEqual([...target.subarray(0, done)], expected);
      model.virtual += expected.length;
    }),
  ),
  fc.constant(
    command('virtualFlush', (model, buffer) => {
      buffer.virtualFlush();
      consume(model, model.virtual);
    }),
  ),
  fc.constant(
    command('virtualRevert', (model, buffer) => {
      buffer.virtualRevert();
      model.virtual = 0;
    }),
  ),
];

const memory: fc.Arbitrary<Command>[] = [
  size.map((floor) =>
    command(`shrink(${floor})`, (model, buffer) => {
      buffer.shrink(floor);
      const isForeign = model.foreign.at(-1)?.data.length === buffer.capacity;
      if (!isForeign) assert.ok(buffer.capacity >= model.bytes.length);
    }),
  ),
  fc.constantFrom('clear' as const, 'reset' as const).map((name) =>
    command(name, (model, buffer) => {
      buffer[name]();
      consume(model, model.bytes.length);
      assert.equal(buffer.peakLength, 0);
    }),
  ),
  fc.tuple(payload, fc.nat(9), fc.nat(9)).map(([bytes, before, after]) =>
    command(`withData(${before} + ${bytes.length} + ${after})`, (model, buffer) => {
      // Canaries on both sides, in a view that does not begin at the front of its memory.
      const data = new Uint8Array(new ArrayBuffer(7 + before + bytes.length + after), 7).fill(0xca);
      data.set(bytes, before);
      buffer.withData(data, before, bytes.length);
      consume(model, model.bytes.length);
      model.bytes.push(...bytes);
      model.foreign.push({ data, expected: data.slice() });
      assert.equal(buffer.capacity, bytes.length);
    }),
  ),
];

function big(value: number | undefined): bigint | undefined {
  return value === undefined ? undefined : BigInt(value);
}

describe('RingBuffer, against a plain array', () => {
  it('behaves the same under every sequence of calls', () => {
    const commands = fc.commands(
      [...writing, ...writing, ...reading, ...peeking, ...virtualReading, ...memory],
      { maxCommands: 120, size: 'max' },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), commands, (capacity, sequence) => {
        const setup = () => ({ model: createModel(), real: new RingBuffer(capacity) });
        fc.modelRun(setup, sequence);
      }),
      { numRuns: 400 },
    );
  });

  it('behaves the same without ever growing, so that it wraps all the time', () => {
    const most = 16;
    const commands = fc.commands([...reading, ...peeking, ...virtualReading], {
      maxCommands: 60,
      size: 'max',
    });
    const pieces = fc.array(fc.uint8Array({ maxLength: most }), { maxLength: 40 });
    fc.assert(
      fc.property(commands, pieces, (sequence, written) => {
        const model = createModel();
        const buffer = new RingBuffer(most, most);
        const steps = [...sequence];
        for (const piece of written) {
          const fits = piece.subarray(0, most - buffer.length);
          buffer.write(fits);
          model.bytes.push(...fits);
          steps.shift()?.run(model, buffer);
          agree(model, buffer);
          assert.equal(buffer.capacity <= most, true);
        }
      }),
      { numRuns: 400 },
    );
  });
});
