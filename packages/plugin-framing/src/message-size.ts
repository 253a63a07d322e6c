/** Bytes of a message; text stands for its UTF-8. */
export function byteLength(message: Uint8Array | string): number {
  return typeof message === 'string' ? Buffer.byteLength(message) : message.length;
}

/** Tells whether a message has more than `most` bytes. Counts those of a text only where it must. */
export function isLonger(message: Uint8Array | string, most: number): boolean {
  // A UTF-16 unit gives at most three bytes of UTF-8.
  if (typeof message === 'string' && 3 * message.length <= most) return false;
  return byteLength(message) > most;
}
