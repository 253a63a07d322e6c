/** What a RingBuffer must behave like: a plain array, with the virtual cursor as a count. */
export interface ByteQueueModel {
  bytes: number[];
  /** How many of the first bytes have been read virtually. */
  virtual: number;
  /** Foreign memory that the buffer was ever laid over, with what must still stand in it. */
  readonly foreign: { readonly data: Uint8Array; readonly expected: Uint8Array }[];
}

export function createModel(): ByteQueueModel {
  return { bytes: [], virtual: 0, foreign: [] };
}

/** Removes the first bytes and, as every consuming does, takes the virtual reading back. */
export function consume(model: ByteQueueModel, count: number): number[] {
  model.virtual = 0;
  return model.bytes.splice(0, count);
}

/** The big-endian number of `size` bytes at `offset`, or undefined. */
export function numberAt(model: ByteQueueModel, offset: number, size: number): bigint | undefined {
  if (offset + size > model.bytes.length) return undefined;
  return model.bytes
    .slice(offset, offset + size)
    .reduce((value, byte) => value * 256n + BigInt(byte), 0n);
}

export function pushNumber(model: ByteQueueModel, value: bigint, size: number): void {
  for (let shift = 8 * (size - 1); shift >= 0; shift -= 8) {
    model.bytes.push(Number((value >> BigInt(shift)) & 0xffn));
  }
}
