import { constants, deflateRawSync, inflateRawSync, type ZlibOptions } from 'node:zlib';
import { CloseCode } from '../close-codes.js';
import { GrowingBytes } from '../growing-bytes.js';
import { tooLarge } from '../message-assembler.js';
import { violation } from '../violation.js';
import {
  type Codecs,
  compressedNothing,
  type Deflater,
  deflateBits,
  type Inflater,
  TAIL,
} from './codecs.js';
import type { DeflateSettings } from './options.js';
import type { Sink } from './raw-stream.js';

const EMPTY = Buffer.alloc(0);

/** Bytes past `2 * maxPayload` that a compressed message may have: deflate never needs so many. */
const SLACK = 1024;

/** What `inflateRawSync` gives with its option `info`, which its types do not tell. */
interface Inflated {
  readonly buffer: Buffer;
  /** Its `bytesWritten`: how many bytes of the input were used. */
  readonly engine: { readonly bytesWritten: number };
}

/**
 * zlib made anew for every message, with the window as its dictionary: some 20 to 60 microseconds a
 * message, and a message is only unpacked when it is whole. All of it is documented, so it works where
 * {@link DirectCodecs} do not.
 */
export class FreshCodecs implements Codecs {
  readonly #settings: Pick<DeflateSettings, 'level' | 'memLevel'>;
  readonly #maxPayload: number;

  /** @param maxPayload bytes of a message, after decompression */
  constructor(settings: Pick<DeflateSettings, 'level' | 'memLevel'>, maxPayload: number) {
    this.#settings = settings;
    this.#maxPayload = maxPayload;
  }

  deflater(windowBits: number, contextTakeover: boolean): Deflater {
    const { level, memLevel } = this.#settings;
    const options = { level, memLevel, windowBits: deflateBits(windowBits) };
    return new FreshDeflater(options, contextTakeover ? windowBits : 0);
  }

  inflater(windowBits: number, onFinish?: (inflater: Inflater) => void): Inflater {
    return new FreshInflater(windowBits, this.#maxPayload, onFinish);
  }
}

/** The last bytes that went by. */
class Window {
  readonly #size: number;
  #bytes = EMPTY;

  /** @param bits logarithm of its size; 0 for none */
  constructor(bits: number) {
    this.#size = bits === 0 ? 0 : 2 ** bits;
  }

  /** As an option of zlib, which does not want an empty one. */
  get option(): Pick<ZlibOptions, 'dictionary'> {
    return this.#bytes.length === 0 ? {} : { dictionary: this.#bytes };
  }

  push(bytes: Uint8Array): void {
    if (this.#size === 0) return;
    const kept = Buffer.concat([this.#bytes, bytes.subarray(-this.#size)]);
    this.#bytes = Buffer.from(kept.subarray(Math.max(0, kept.length - this.#size)));
  }

  clear(): void {
    this.#bytes = EMPTY;
  }
}

class FreshDeflater implements Deflater {
  readonly #options: ZlibOptions;
  readonly #window: Window;

  constructor(options: ZlibOptions, bits: number) {
    this.#options = { ...options, finishFlush: constants.Z_SYNC_FLUSH };
    this.#window = new Window(bits);
  }

  compress(payload: Uint8Array, isLast = true): Uint8Array {
    if (payload.length === 0) return compressedNothing(isLast);
    const compressed = deflateRawSync(payload, { ...this.#options, ...this.#window.option });
    this.#window.push(payload);
    if (!isLast) return compressed;
    return compressed.subarray(0, compressed.length - TAIL.length);
  }

  close(): void {}
}

class FreshInflater implements Inflater {
  readonly #bits: number;
  readonly #maxPayload: number;
  readonly #window: Window;
  readonly #onFinish: ((inflater: Inflater) => void) | undefined;
  #input = new GrowingBytes();

  constructor(bits: number, maxPayload: number, onFinish?: (inflater: Inflater) => void) {
    this.#bits = bits;
    this.#maxPayload = maxPayload;
    this.#window = new Window(onFinish === undefined ? bits : 0);
    this.#onFinish = onFinish;
  }

  /** @throws GevError `ERR_GEV_PROTOCOL` */
  push(bytes: Uint8Array): void {
    if (this.#input.length + bytes.length > 2 * this.#maxPayload + SLACK) {
      throw tooLarge(this.#maxPayload);
    }
    this.#input.append(bytes);
  }

  /** @throws GevError `ERR_GEV_PROTOCOL`, or what `sink` throws */
  finish(sink: Sink): void {
    this.#input.append(TAIL);
    let left = this.#input.bytes;
    this.#input = new GrowingBytes();
    for (;;) {
      const { buffer, engine } = this.#inflate(left);
      sink(buffer);
      this.#window.push(buffer);
      left = left.subarray(engine.bytesWritten);
      if (left.length === 0) break;
      // A last block (BFINAL) has ended, and what follows is a new stream.
      this.#window.clear();
    }
    this.#onFinish?.(this);
  }

  abandon(): void {
    this.#input = new GrowingBytes();
  }

  reset(): void {
    this.#window.clear();
  }

  close(): void {}

  #inflate(bytes: Uint8Array): Inflated {
    try {
      return inflateRawSync(bytes, {
        windowBits: this.#bits,
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: Math.max(1, this.#maxPayload),
        info: true,
        ...this.#window.option,
      }) as unknown as Inflated;
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') {
        throw tooLarge(this.#maxPayload);
      }
      throw violation(CloseCode.invalidData, 'a compressed message that cannot be decompressed');
    }
  }
}
