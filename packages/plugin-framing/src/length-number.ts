import type { ReadBuffer, WriteBuffer } from '@gev/core';

/** Sizes of a length field, in bytes. */
export type LengthBytes = 1 | 2 | 3 | 4 | 8;

/** Order of the bytes of a number: the highest first, or the lowest. */
export type Endian = 'big' | 'little';

/** Reads a number at an offset; undefined when its bytes are not all there. */
export type ReadNumber = (buffer: ReadBuffer, offset: number) => number | undefined;

/** Writes a number, which must be in range. */
export type WriteNumber = (out: WriteBuffer, value: number) => void;

const HIGH = 2 ** 32;

/** The largest number that a field of so many bytes holds, as far as numbers are exact. */
export function largestNumber(bytes: LengthBytes): number {
  return bytes === 8 ? Number.MAX_SAFE_INTEGER : 256 ** bytes - 1;
}

// Of 8 bytes a number from 2^53 on may come out inexact, though never as less than 2^53.
const READERS: Readonly<Record<Endian, Readonly<Record<LengthBytes, ReadNumber>>>> = {
  big: {
    1: (buffer, offset) => buffer.peekUint8(offset),
    2: (buffer, offset) => buffer.peekUint16(offset),
    3: (buffer, offset) => {
      const low = buffer.peekUint8(offset + 2);
      return low === undefined ? undefined : buffer.peekUint16(offset)! * 256 + low;
    },
    4: (buffer, offset) => buffer.peekUint32(offset),
    8: (buffer, offset) => {
      const low = buffer.peekUint32(offset + 4);
      return low === undefined ? undefined : buffer.peekUint32(offset)! * HIGH + low;
    },
  },
  little: {
    1: (buffer, offset) => buffer.peekUint8(offset),
    2: (buffer, offset) => {
      const value = buffer.peekUint16(offset);
      return value === undefined ? undefined : swap16(value);
    },
    3: (buffer, offset) => {
      const high = buffer.peekUint8(offset + 2);
      return high === undefined ? undefined : high * 65_536 + swap16(buffer.peekUint16(offset)!);
    },
    4: (buffer, offset) => {
      const value = buffer.peekUint32(offset);
      return value === undefined ? undefined : swap32(value);
    },
    8: (buffer, offset) => {
      const high = buffer.peekUint32(offset + 4);
      if (high === undefined) return undefined;
      return swap32(high) * HIGH + swap32(buffer.peekUint32(offset)!);
    },
  },
};

const WRITERS: Readonly<Record<Endian, Readonly<Record<LengthBytes, WriteNumber>>>> = {
  big: {
    1: (out, value) => out.writeUint8(value),
    2: (out, value) => out.writeUint16(value),
    3: (out, value) => {
      out.writeUint16(value >>> 8);
      out.writeUint8(value & 0xff);
    },
    4: (out, value) => out.writeUint32(value),
    8: (out, value) => {
      out.writeUint32(Math.floor(value / HIGH));
      out.writeUint32(value >>> 0);
    },
  },
  little: {
    1: (out, value) => out.writeUint8(value),
    2: (out, value) => out.writeUint16(swap16(value)),
    3: (out, value) => {
      out.writeUint16(swap16(value & 0xffff));
      out.writeUint8(value >>> 16);
    },
    4: (out, value) => out.writeUint32(swap32(value)),
    8: (out, value) => {
      out.writeUint32(swap32(value >>> 0));
      out.writeUint32(swap32(Math.floor(value / HIGH)));
    },
  },
};

export function numberReader(bytes: LengthBytes, endian: Endian): ReadNumber {
  return READERS[endian][bytes];
}

export function numberWriter(bytes: LengthBytes, endian: Endian): WriteNumber {
  return WRITERS[endian][bytes];
}

function swap16(value: number): number {
  return ((value & 0xff) << 8) | (value >>> 8);
}

/** Turns the bytes of a 32-bit number round. */
export function swap32(value: number): number {
  const outer = ((value & 0xff) << 24) | (value >>> 24);
  return (outer | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00)) >>> 0;
}
