import assert from 'node:assert/strict';
import { TestConnection } from '@gev/conformance';
import { RingBuffer } from '@gev/ringbuffer';
import { describe, it } from 'vitest';
import { delimiter, type Framing, lengthField, line, mapProtocol } from '../src/index.js';
import { coded, Drive, latin1 } from './drive.js';

/** Counts the bytes that are looked at. */
class CountingBuffer extends RingBuffer {
  looked = 0;

  override peekUint8(offset?: number): number | undefined {
    this.looked += 1;
    return super.peekUint8(offset);
  }

  override indexOf(byte: number, from = 0): number {
    const at = super.indexOf(byte, from);
    this.looked += (at === -1 ? this.length : at + 1) - from;
    return at;
  }

  override peek(size: number): readonly [Uint8Array, Uint8Array] {
    this.looked += Math.min(size, this.length);
    return super.peek(size);
  }
}

/** Knows the keys that are kept with it. */
class WatchedConnection extends TestConnection<Uint8Array | string> {
  readonly kept = new Set<string | symbol>();

  override set(key: string | symbol, value: unknown): void {
    this.kept.add(key);
    super.set(key, value);
  }

  override delete(key: string | symbol): boolean {
    this.kept.delete(key);
    return super.delete(key);
  }
}

const LENGTH = 20_000;

const SEARCHING: Record<string, { create: () => Framing; end: string; filler: string }> = {
  line: { create: () => line({ encoding: 'bytes' }), end: '\n', filler: 'a' },
  'line full of CR': { create: () => line({ encoding: 'bytes' }), end: '\n', filler: '\r' },
  'one delimiter': { create: () => delimiter('\r\n'), end: '\r\n', filler: 'a' },
  'a delimiter that nearly comes': { create: () => delimiter('xx\n'), end: 'xx\n', filler: '\n' },
  'delimiters with one end': { create: () => delimiter(['\n', '\r\n']), end: '\n', filler: 'a' },
  'delimiters of all kinds': { create: () => delimiter(['\0', '::']), end: '::', filler: 'a:' },
};

describe('frames that trickle in', () => {
  for (const [name, { create, end, filler }] of Object.entries(SEARCHING)) {
    it(`${name}: each byte is looked at a few times, not once for each that follows`, () => {
      const buffer = new CountingBuffer();
      const drive = new Drive(create(), buffer);
      const bytes = latin1(filler.repeat(LENGTH / filler.length) + end);
      const messages = Array.from(bytes, (byte) => drive.receive(Uint8Array.of(byte))).flat();
      assert.equal(messages.length, 1);
      assert.ok(buffer.looked < 6 * LENGTH, `looked at ${buffer.looked} bytes of ${LENGTH}`);
    });

    it(`${name}: many short frames at once are searched once`, () => {
      const buffer = new CountingBuffer();
      const frame = (filler === '\r' ? 'a' : filler) + end;
      const count = Math.floor(LENGTH / frame.length);
      const messages = new Drive(create(), buffer).receive(latin1(frame.repeat(count)));
      assert.equal(messages.length, count);
      assert.ok(buffer.looked < 12 * LENGTH, `looked at ${buffer.looked} bytes of ${LENGTH}`);
    });
  }

  it('counts what it claims to count: without a memory the same is quadratic', () => {
    const buffer = new CountingBuffer();
    for (let index = 0; index < 1000; index += 1) {
      buffer.writeUint8(0x61);
      buffer.indexOf(10);
    }
    assert.equal(buffer.looked, 500_500);
  });
});

describe('what is kept with a connection', () => {
  const KEEPING: Record<string, { protocol: Framing; part: Uint8Array; rest: Uint8Array }> = {
    line: { protocol: line({ encoding: 'bytes' }), part: latin1('part'), rest: latin1('\n') },
    delimiter: { protocol: delimiter('::'), part: latin1('part:'), rest: latin1(':') },
  };

  for (const [name, { protocol, part, rest }] of Object.entries(KEEPING)) {
    it(`${name}: is forgotten with the frame`, () => {
      const connection = new WatchedConnection();
      const drive = new Drive(protocol, undefined, connection);
      drive.receive(part);
      assert.equal(connection.kept.size, 1);
      drive.receive(rest);
      assert.equal(connection.kept.size, 0);
    });

    it(`${name}: is forgotten with the connection, through a protocol around it too`, () => {
      const connection = new WatchedConnection();
      const around = mapProtocol(protocol, {
        decode: (bytes) => bytes,
        encode: (bytes: Uint8Array | string) => bytes,
      });
      const drive = new Drive(around, undefined, connection);
      drive.receive(part);
      assert.equal(connection.kept.size, 1);
      drive.close();
      assert.equal(connection.kept.size, 0);
    });

    it(`${name}: is each protocol's own`, () => {
      const connection = new WatchedConnection();
      new Drive(protocol, undefined, connection).receive(part);
      const other = name === 'line' ? line({ encoding: 'bytes' }) : delimiter('::');
      const drive = new Drive(other, undefined, connection);
      assert.equal(drive.receive(Buffer.concat([part, rest])).length, 1);
    });
  }
});

describe('failFast: false', () => {
  const create = () => lengthField({ bytes: 4, maxFrameLength: 100, failFast: false });
  const header = Uint8Array.of(0, 0x0f, 0x42, 0x40); // a million

  it('drops a frame that is too long as it comes, then closes', () => {
    const connection = new WatchedConnection();
    const drive = new Drive(create(), undefined, connection);
    drive.receive(header);
    for (let left = 1_000_000; left > 1000; left -= 1000) {
      assert.deepEqual(drive.receive(new Uint8Array(1000)), []);
      assert.equal(drive.buffer.length, 0);
    }
    assert.deepEqual(drive.receive(new Uint8Array(999)), []);
    assert.ok(drive.buffer.capacity <= 2048, `${drive.buffer.capacity} bytes of memory`);
    assert.throws(
      () => drive.receive(new Uint8Array(1)),
      coded('ERR_GEV_PROTOCOL', /maxFrameLength 100/),
    );
    assert.equal(connection.kept.size, 0);
  });

  it('forgets a frame that its connection did not live to send', () => {
    const connection = new WatchedConnection();
    const drive = new Drive(create(), undefined, connection);
    drive.receive(header);
    assert.equal(connection.kept.size, 1);
    drive.close();
    assert.equal(connection.kept.size, 0);
  });

  it('leaves what follows the frame in the buffer', () => {
    const drive = new Drive(create());
    const frame = new Uint8Array(1_000_004);
    frame.set(header);
    assert.throws(() => drive.receive(Buffer.concat([frame, latin1('next')])), /maxFrameLength/);
    assert.equal(Buffer.from(drive.buffer.bytes()).toString(), 'next');
  });

  it('refuses at once what can be no length', () => {
    const drive = new Drive(lengthField({ bytes: 8, failFast: false }));
    assert.throws(() => drive.receive(new Uint8Array(8).fill(0xff)), /2\^53/);
    const short = new Drive(lengthField({ bytes: 2, adjustment: -2, failFast: false }));
    assert.throws(() => short.receive(Uint8Array.of(0, 1)), coded('ERR_GEV_PROTOCOL', /length 1/));
  });
});
