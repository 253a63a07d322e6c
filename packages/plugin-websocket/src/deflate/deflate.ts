import type { Inflating } from '../message-assembler.js';
import { Deflater } from './deflater.js';
import { Inflater } from './inflater.js';
import type { Agreement } from './negotiation.js';
import type { DeflateSettings } from './options.js';
import { RawStream } from './raw-stream.js';

/** Bytes that come out of zlib at a time. */
const OUTPUT_SIZE = 64 * 1024;

/** Decompressors without a window that lie ready for the next message, at most. */
const MAX_SPARE = 16;

/** One connection's share of the extension. */
export interface DeflateSession {
  /** Bytes from which on a message is compressed. */
  readonly threshold: number;
  compress(payload: Uint8Array): Uint8Array;
  /** What decompresses the next message. */
  inflate(): Inflating;
  /** Gives back what the connection has for itself. */
  close(): void;
}

/**
 * permessage-deflate for all connections of an endpoint. What keeps its window from one message to
 * the next is the connection's own, and made when it is first needed; what does not is shared.
 */
export class Deflate {
  readonly settings: DeflateSettings;
  readonly #output = Buffer.allocUnsafeSlow(OUTPUT_SIZE);
  readonly #shared = new Map<number, Deflater>();
  readonly #spare = new Map<number, Inflater[]>();

  constructor(settings: DeflateSettings) {
    this.settings = settings;
    // Tells now, not at the first message, where zlib is not what it has to be.
    RawStream.inflate(15, this.#output).close();
  }

  session(agreement: Agreement): DeflateSession {
    let deflater: Deflater | undefined;
    let inflater: Inflater | undefined;
    return {
      threshold: this.settings.threshold,
      compress: (payload) => {
        deflater ??= this.#deflaterFor(agreement);
        return deflater.compress(payload);
      },
      inflate: () => {
        if (!agreement.peerContextTakeover) return this.#borrow(agreement.peerWindowBits);
        inflater ??= new Inflater(RawStream.inflate(agreement.peerWindowBits, this.#output));
        return inflater;
      },
      close: () => {
        if (agreement.ownContextTakeover) deflater?.close();
        inflater?.close();
      },
    };
  }

  #deflaterFor({ ownWindowBits, ownContextTakeover }: Agreement): Deflater {
    if (ownContextTakeover) return this.#makeDeflater(ownWindowBits, true);
    const known = this.#shared.get(ownWindowBits);
    if (known !== undefined) return known;
    const made = this.#makeDeflater(ownWindowBits, false);
    this.#shared.set(ownWindowBits, made);
    return made;
  }

  #makeDeflater(bits: number, contextTakeover: boolean): Deflater {
    const { level, memLevel } = this.settings;
    // zlib has no 8; its 9 reaches back 250 bytes, which a window of 256 holds.
    const windowBits = Math.max(9, bits);
    const stream = RawStream.deflate({ level, memLevel, windowBits }, this.#output);
    return new Deflater(stream, contextTakeover);
  }

  /** A decompressor without a window, for one message. */
  #borrow(windowBits: number): Inflater {
    const spare = this.#spare.get(windowBits) ?? [];
    this.#spare.set(windowBits, spare);
    return (
      spare.pop() ??
      new Inflater(RawStream.inflate(windowBits, this.#output), (inflater) => {
        if (spare.length >= MAX_SPARE) {
          inflater.close();
          return;
        }
        inflater.reset();
        spare.push(inflater);
      })
    );
  }
}
