import type { Inflating } from '../message-assembler.js';

/** Compresses messages, one after the other. */
export interface Deflater {
  /**
   * The compressed payload, in memory of its own.
   *
   * @param isLast false: more of the same message follows
   */
  compress(payload: Uint8Array, isLast?: boolean): Uint8Array;
  /** Gives the memory back now, not when it is garbage. */
  close(): void;
}

/** Decompresses messages, one after the other. */
export interface Inflater extends Inflating {
  /** Forgets the window. */
  reset(): void;
  /** Gives the memory back now, not when it is garbage. */
  close(): void;
}

/** A way to drive zlib. */
export interface Codecs {
  /** @param contextTakeover whether the window is kept from one message to the next */
  deflater(windowBits: number, contextTakeover: boolean): Deflater;
  /** @param onFinish called when a message is over; without it the window is kept for the next */
  inflater(windowBits: number, onFinish?: (inflater: Inflater) => void): Inflater;
}

/** What a sync flush ends with, and a message leaves out (RFC 7692, section 7.2.1). */
export const TAIL = Uint8Array.of(0x00, 0x00, 0xff, 0xff);

/**
 * What stands for no bytes, in memory of its own, as a flush of nothing gives nothing: the end of a message
 * is an empty block (RFC 7692, section 7.2.3.6), a part before it is empty itself.
 */
export function compressedNothing(isLast: boolean): Uint8Array {
  return isLast ? Uint8Array.of(0) : new Uint8Array(0);
}

/** zlib has no 8; its 9 reaches back 250 bytes, which a window of 256 holds. */
export function deflateBits(windowBits: number): number {
  return Math.max(9, windowBits);
}
