/** Up to this many bytes a loop is quicker than `set`, which is a call out of compiled code. */
export const COPY_BY_LOOP = 32;

/** Copies `count` bytes of `source` at `from` to `target` at `to`; few bytes the quick way. */
export function copy(
  source: Uint8Array,
  from: number,
  target: Uint8Array,
  to: number,
  count: number,
): void {
  if (count > COPY_BY_LOOP) {
    const whole = from === 0 && count === source.length;
    target.set(whole ? source : source.subarray(from, from + count), to);
    return;
  }
  // Forwards: a view that was taken from a ring and is written to it again lies behind `to`.
  for (let index = 0; index < count; index += 1) target[to + index] = source[from + index]!;
}

/** Writes a text of ASCII characters alone to `target` at `to`. */
export function copyAscii(text: string, target: Uint8Array, to: number): void {
  for (let index = 0; index < text.length; index += 1) target[to + index] = text.charCodeAt(index);
}
