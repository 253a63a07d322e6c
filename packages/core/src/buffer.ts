/**
 * What a protocol reads from: the bytes that have arrived and are not yet consumed. Reading
 * moves on, peeking does not. When bytes are missing, peeks answer `undefined`.
 */
export interface ReadBuffer {
  /** Bytes that can be read. */
  readonly length: number;
  peekUint8(offset?: number): number | undefined;
  /** Big-endian, as are all peeks. */
  peekUint16(offset?: number): number | undefined;
  peekUint32(offset?: number): number | undefined;
  peekUint64(offset?: number): bigint | undefined;
  /**
   * The first `size` bytes without consuming them, as one or two views (the second when they wrap
   * round); shorter when there are fewer. Valid until the buffer changes.
   */
  peek(size: number): readonly [first: Uint8Array, second: Uint8Array];
  /** Where `byte` first stands, counted from the read position, or -1. */
  indexOf(byte: number, from?: number): number;
  /** Drops up to `size` bytes. */
  retrieve(size: number): void;
  /**
   * Consumes `size` bytes as one view: no copy where they lie in one piece. Valid until the
   * handler returns. `undefined` when there are fewer.
   */
  take(size: number): Uint8Array | undefined;
  /** Consumes up to `target.length` bytes into `target` and returns how many. */
  read(target: Uint8Array): number;
}

/**
 * What a protocol packs into: the output of one connection. Bytes leave in the order written.
 * Integers are big-endian.
 */
export interface WriteBuffer {
  writeUint8(value: number): void;
  writeUint16(value: number): void;
  writeUint32(value: number): void;
  writeUint64(value: bigint): void;
  /**
   * Writes the bytes. Memory of the caller's own is copied at once and may be used again; a view of
   * what was received may be sent from where it lies, and must not change until the handler has
   * returned.
   */
  write(bytes: Uint8Array): void;
  /** Writes UTF-8 and returns the number of bytes. */
  writeString(text: string): number;
}
