import type { WriteBuffer } from '@gev/core';
import type { Masker, MaskKeys } from './mask.js';

const MASKED = 0x80;

/** How a client's frames are masked; a server has none. */
export interface Masking {
  readonly masker: Masker;
  readonly keys: MaskKeys;
}

/** Writes the header of an unmasked frame; its payload has to follow. `first`: FIN, RSV1, opcode. */
export function writeHeader(out: WriteBuffer, first: number, size: number): void {
  writeStart(out, first, size, 0);
}

/** Writes a server's frame straight into the output. */
export function writeFrame(out: WriteBuffer, first: number, payload: Uint8Array): void {
  writeStart(out, first, payload.length, 0);
  if (payload.length > 0) out.write(payload);
}

/** A server's frame as bytes of its own. */
export function encodeFrame(first: number, payload: Uint8Array): Uint8Array {
  const size = payload.length;
  const headSize = size < 126 ? 2 : size <= 0xffff ? 4 : 10;
  const frame = Buffer.alloc(headSize + size);
  frame[0] = first;
  frame[1] = size < 126 ? size : size <= 0xffff ? 126 : 127;
  if (headSize === 4) frame.writeUInt16BE(size, 2);
  if (headSize === 10) frame.writeBigUInt64BE(BigInt(size), 2);
  frame.set(payload, headSize);
  return frame;
}

/** Writes a server's frame with a text. */
export function writeTextFrame(out: WriteBuffer, first: number, text: string): void {
  writeStart(out, first, Buffer.byteLength(text, 'utf8'), 0);
  out.writeString(text);
}

/**
 * Writes a client's frame.
 *
 * @param isOwn the payload may be masked where it lies; otherwise it is copied first
 */
export function writeMaskedFrame(
  out: WriteBuffer,
  first: number,
  payload: Uint8Array,
  { masker, keys }: Masking,
  isOwn = false,
): void {
  const key = keys.next();
  writeStart(out, first, payload.length, MASKED);
  out.writeUint32(key >>> 0);
  if (payload.length === 0) return;
  const masked = isOwn ? payload : Buffer.from(payload);
  masker.apply(masked, key);
  out.write(masked);
}

function writeStart(out: WriteBuffer, first: number, size: number, mask: number): void {
  if (size < 126) {
    out.writeUint16((first << 8) | mask | size);
  } else if (size <= 0xffff) {
    out.writeUint16((first << 8) | mask | 126);
    out.writeUint16(size);
  } else {
    out.writeUint16((first << 8) | mask | 127);
    out.writeUint32(Math.floor(size / 2 ** 32));
    out.writeUint32(size >>> 0);
  }
}
