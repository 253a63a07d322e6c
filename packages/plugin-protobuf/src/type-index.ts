import type { MessageType } from './message-type.js';

/**
 * Finds a type by the bytes of its name, without making a string of them. Names are sorted by
 * their length and last byte, so that few are left to compare.
 */
export class TypeIndex {
  readonly #buckets = new Map<number, MessageType[]>();
  /** What was found last: most messages of a stream are of few types. */
  #last: MessageType | undefined = undefined;

  constructor(types: Iterable<MessageType>) {
    for (const type of types) {
      const { nameBytes } = type;
      const key = keyOf(nameBytes, 0, nameBytes.length);
      const bucket = this.#buckets.get(key);
      if (bucket === undefined) this.#buckets.set(key, [type]);
      else bucket.push(type);
    }
  }

  /** The type whose name is `bytes[from, to)`. */
  find(bytes: Uint8Array, from: number, to: number): MessageType | undefined {
    const last = this.#last;
    if (last?.isNamed(bytes, from, to)) return last;
    for (const type of this.#buckets.get(keyOf(bytes, from, to)) ?? []) {
      if (type.isNamed(bytes, from, to)) {
        this.#last = type;
        return type;
      }
    }
    return undefined;
  }
}

function keyOf(bytes: Uint8Array, from: number, to: number): number {
  return to === from ? 0 : (to - from) * 256 + bytes[to - 1]!;
}
