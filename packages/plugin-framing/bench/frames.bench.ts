import { createTestConnection } from '@gev/conformance';
import { defineProtocol, type Protocol } from '@gev/core';
import { RingBuffer } from '@gev/ringbuffer';
import { bench, describe } from 'vitest';
import { lengthField, line, withChecksum } from '../src/index.js';

/** Frames of 64 bytes, as many as fill the arena of a loop. */
const BODY = 64;
const ARENA = 512 * 1024;

/** What people write by hand: apps/bench/src/servers/gev-framed.ts. */
const byHand = defineProtocol<Uint8Array>({
  unpack(buffer) {
    const size = buffer.peekUint32();
    if (size === undefined || buffer.length < 4 + size) return undefined;
    buffer.retrieve(4);
    return buffer.take(size);
  },
  pack(body, out) {
    out.writeUint32(body.length);
    out.write(body);
  },
});

const linesByHand = defineProtocol<Uint8Array>({
  unpack(buffer) {
    const size = buffer.indexOf(10);
    if (size === -1) return undefined;
    const message = buffer.take(size);
    buffer.retrieve(1);
    return message;
  },
  pack(message, out) {
    out.write(message);
    out.writeUint8(10);
  },
});

const connection = createTestConnection<never>();
const overlay = new RingBuffer();
const output = new RingBuffer(2 * ARENA);
const body = new Uint8Array(BODY).fill(0x61);
/** Keeps the results alive, so that nothing is optimised away. */
const last = { message: undefined as unknown };

type Turn = (protocol: unknown, buffer: RingBuffer, connection: unknown, last: unknown) => void;

/**
 * Makes a loop with call sites of its own: in a server each place calls one protocol, and a loop that
 * several share would measure the price of sharing.
 */
function unpackLoop(): Turn {
  return new Function(
    'protocol, buffer, connection, last',
    `for (;;) {
      const message = protocol.unpack(buffer, connection);
      if (message === undefined) return;
      last.message = message;
    }`,
  ) as Turn;
}

type PackTurn = (protocol: unknown, out: RingBuffer, body: Uint8Array, count: number) => void;

function packLoop(): PackTurn {
  return new Function(
    'protocol, out, body, count',
    'for (let index = 0; index < count; index += 1) protocol.pack(body, out);',
  ) as PackTurn;
}

/** Measures unpacking a full arena, and packing as much. One iteration is the whole arena. */
function measure<In>(name: string, protocol: Protocol<In, Uint8Array>): void {
  const filled = new RingBuffer(2 * ARENA);
  while (filled.length + BODY + 16 < ARENA) protocol.pack(body, filled, connection);
  const arena = filled.bytes();
  const count = countIn(protocol, arena);
  const unpack = unpackLoop();
  const pack = packLoop();
  bench(`${name}: unpack ${count}`, () => {
    overlay.withData(arena, 0, arena.length);
    unpack(protocol, overlay, connection, last);
  });
  bench(`${name}: pack ${count}`, () => {
    pack(protocol, output, body, count);
    output.retrieveAll();
  });
}

function countIn<In>(protocol: Protocol<In, Uint8Array>, arena: Uint8Array): number {
  overlay.withData(arena, 0, arena.length);
  let count = 0;
  while (protocol.unpack(overlay, connection) !== undefined) count += 1;
  return count;
}

describe('frames of 64 bytes behind their length', () => {
  measure('by hand', byHand);
  measure('lengthField()', lengthField());
  measure('by hand, again', byHand);
  measure('lengthField(), again', lengthField());
});

describe('frames of 64 bytes behind their length, other fields', () => {
  measure('u16 little-endian', lengthField({ bytes: 2, endian: 'little' }));
  measure('u64', lengthField({ bytes: 8 }));
  measure('lengthField(), beside them', lengthField());
});

describe('lines of 64 bytes', () => {
  measure('by hand', linesByHand);
  measure('bytes', line({ encoding: 'bytes' }));
  measure('text', line());
});

describe('64 bytes with a CRC-32', () => {
  measure('lengthField and a checksum', withChecksum(lengthField()));
});

export { last };
