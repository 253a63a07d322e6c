import { constants, createDeflateRaw, createInflateRaw, type ZlibOptions } from 'node:zlib';

/**
 * What lies beneath a stream of node:zlib in Node 20 to 26 and in Bun. It is not documented: whoever uses
 * it tries it first, and has another way.
 */
interface Handle {
  writeSync(
    flush: number,
    input: Uint8Array,
    inputOffset: number,
    inputLength: number,
    output: Uint8Array,
    outputOffset: number,
    outputLength: number,
  ): void;
}

interface ZlibStream {
  readonly _handle: Handle;
  /** Room left in the output, input left: of the last write. */
  readonly _writeState: Uint32Array;
  readonly destroyed: boolean;
  reset(): void;
  close(): void;
  on(event: 'error', listener: () => void): void;
}

/** Bytes of the output that a stream has for itself, which nothing goes to here: the least it may be. */
const OWN_OUTPUT = constants.Z_MIN_CHUNK;

/** Takes what comes out, in views that are valid until it returns. */
export type Sink = (piece: Uint8Array) => void;

/**
 * A raw stream of zlib that is driven synchronously. The stream interface of node:zlib hands each
 * message to another thread: some 20 us and a queue to keep the order, where the work on a usual
 * message is 2 us. Loops are the parallelism here, so no more than one stream a loop is at work.
 */
export class RawStream {
  readonly #stream: ZlibStream;
  readonly #output: Uint8Array;

  /** @param output room for what comes out; may be shared by streams, which take turns */
  private constructor(stream: ZlibStream, output: Uint8Array) {
    this.#stream = stream;
    this.#output = output;
    // What goes wrong is seen in `destroyed`, at once; the event comes later.
    stream.on('error', () => {});
  }

  static deflate(options: ZlibOptions, output: Uint8Array): RawStream {
    const stream = createDeflateRaw({ ...options, chunkSize: OWN_OUTPUT });
    return new RawStream(stream as unknown as ZlibStream, output);
  }

  static inflate(windowBits: number, output: Uint8Array): RawStream {
    const stream = createInflateRaw({ windowBits, chunkSize: OWN_OUTPUT });
    return new RawStream(stream as unknown as ZlibStream, output);
  }

  /**
   * Puts all of `input` through, up to a sync flush. Returns false when the input is corrupt: then
   * the stream cannot be used any more.
   */
  run(input: Uint8Array, sink: Sink): boolean {
    const output = this.#output;
    const state = this.#stream._writeState;
    let at = 0;
    let isFresh = false;
    for (;;) {
      const left = input.length - at;
      this.#stream._handle.writeSync(
        constants.Z_SYNC_FLUSH,
        input,
        at,
        left,
        output,
        0,
        output.length,
      );
      if (this.#stream.destroyed) return false;
      const room = state[0]!;
      const rest = state[1]!;
      if (room < output.length) sink(output.subarray(0, output.length - room));
      at = input.length - rest;
      if (room === 0) continue;
      if (rest === 0) return true;
      // Room and input are left: a last block (BFINAL) has ended, and what follows is a new stream.
      if (isFresh && rest === left) return false;
      this.reset();
      isFresh = true;
    }
  }

  /** Forgets the window. */
  reset(): void {
    this.#stream.reset();
  }

  /** Gives the memory back now, not when it is garbage. */
  close(): void {
    this.#stream.close();
  }
}
