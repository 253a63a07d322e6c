import { CloseCode } from '../close-codes.js';
import { GrowingBytes } from '../growing-bytes.js';
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
import { RawStream, type Sink } from './raw-stream.js';

/** Bytes that come out of zlib at a time. */
const OUTPUT_SIZE = 64 * 1024;

/** Streams of zlib that live as long as their window: a few microseconds a message. */
export class DirectCodecs implements Codecs {
  readonly #settings: Pick<DeflateSettings, 'level' | 'memLevel'>;
  /** Made when the first message needs it: a client has one of its own, and may never do. */
  #output: Buffer | undefined = undefined;

  constructor(settings: Pick<DeflateSettings, 'level' | 'memLevel'>) {
    this.#settings = settings;
  }

  deflater(windowBits: number, contextTakeover: boolean): Deflater {
    const { level, memLevel } = this.#settings;
    const options = { level, memLevel, windowBits: deflateBits(windowBits) };
    return new DirectDeflater(RawStream.deflate(options, this.#room()), contextTakeover);
  }

  inflater(windowBits: number, onFinish?: (inflater: Inflater) => void): Inflater {
    return new DirectInflater(RawStream.inflate(windowBits, this.#room()), onFinish);
  }

  /** Where zlib puts what comes out. Streams share it: they take turns. */
  #room(): Buffer {
    this.#output ??= Buffer.allocUnsafeSlow(OUTPUT_SIZE);
    return this.#output;
  }
}

/** Whether zlib can be driven so here: tries it, as what it stands on is not promised to anybody. */
export function areDirectCodecsUsable(codecs: Codecs): boolean {
  const message = Buffer.from('to be, or not to be');
  try {
    const deflater = codecs.deflater(9, true);
    const inflater = codecs.inflater(9);
    const bytes = new GrowingBytes();
    for (let round = 1; round <= 2; round += 1) {
      inflater.push(deflater.compress(message), (piece) => bytes.append(piece));
      inflater.finish((piece) => bytes.append(piece));
    }
    deflater.close();
    inflater.close();
    return Buffer.concat([message, message]).equals(bytes.bytes);
  } catch {
    return false;
  }
}

class DirectDeflater implements Deflater {
  readonly #stream: RawStream;
  readonly #contextTakeover: boolean;

  constructor(stream: RawStream, contextTakeover: boolean) {
    this.#stream = stream;
    this.#contextTakeover = contextTakeover;
  }

  compress(payload: Uint8Array, isLast = true): Uint8Array {
    if (payload.length === 0) return compressedNothing(isLast);
    const compressed = new GrowingBytes();
    this.#stream.run(payload, (piece) => compressed.append(piece));
    if (!isLast) return compressed.bytes;
    if (!this.#contextTakeover) this.#stream.reset();
    return compressed.bytes.subarray(0, compressed.length - TAIL.length);
  }

  close(): void {
    this.#stream.close();
  }
}

class DirectInflater implements Inflater {
  readonly #stream: RawStream;
  readonly #onFinish: ((inflater: Inflater) => void) | undefined;

  constructor(stream: RawStream, onFinish?: (inflater: Inflater) => void) {
    this.#stream = stream;
    this.#onFinish = onFinish;
  }

  /** @throws GevError `ERR_GEV_PROTOCOL`, or what `sink` throws */
  push(bytes: Uint8Array, sink: Sink): void {
    if (this.#stream.run(bytes, sink)) return;
    throw violation(CloseCode.invalidData, 'a compressed message that cannot be decompressed');
  }

  /** @throws as {@link DirectInflater.push} */
  finish(sink: Sink): void {
    this.push(TAIL, sink);
    this.#onFinish?.(this);
  }

  abandon(): void {
    // One with a window is its connection's, and closed by it.
    if (this.#onFinish !== undefined) this.close();
  }

  reset(): void {
    this.#stream.reset();
  }

  close(): void {
    this.#stream.close();
  }
}
