import type { Inflating } from '../message-assembler.js';
import type { Codecs, Deflater, Inflater } from './codecs.js';
import { areDirectCodecsUsable, DirectCodecs } from './direct-codecs.js';
import { FreshCodecs } from './fresh-codecs.js';
import type { Agreement } from './negotiation.js';
import type { DeflateSettings } from './options.js';

/** Decompressors without a window that lie ready for the next message, at most. */
const MAX_SPARE = 16;

/** Found out when it is first asked for: zlib stays what it is as long as the process runs. */
let isDirect: boolean | undefined;

/** The quicker way of driving zlib where it works, else the documented one. */
export function chooseCodecs(settings: DeflateSettings, maxPayload: number): Codecs {
  const direct = new DirectCodecs(settings);
  isDirect ??= areDirectCodecsUsable(direct);
  return isDirect ? direct : new FreshCodecs(settings, maxPayload);
}

/** One connection's share of the extension. */
export interface DeflateSession {
  /** Bytes from which on a message is compressed. */
  readonly threshold: number;
  compress(payload: Uint8Array): Uint8Array;
  /** What compresses one message part by part; to be closed behind it. */
  forParts(): Deflater;
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
  readonly #codecs: Codecs;
  readonly #shared = new Map<number, Deflater>();
  readonly #spare = new Map<number, Inflater[]>();

  constructor(settings: DeflateSettings, codecs: Codecs) {
    this.settings = settings;
    this.#codecs = codecs;
  }

  session(agreement: Agreement): DeflateSession {
    let deflater: Deflater | undefined;
    let inflater: Inflater | undefined;
    const compress = (payload: Uint8Array, isLast?: boolean) => {
      deflater ??= this.#deflaterFor(agreement);
      return deflater.compress(payload, isLast);
    };
    return {
      threshold: this.settings.threshold,
      compress,
      forParts: () => {
        // Its window goes on behind the message, and is closed with the connection.
        if (agreement.ownContextTakeover) return { compress, close: () => {} };
        // One that is shared would be used by others between two parts.
        return this.#codecs.deflater(agreement.ownWindowBits, true);
      },
      inflate: () => {
        if (!agreement.peerContextTakeover) return this.#borrow(agreement.peerWindowBits);
        inflater ??= this.#codecs.inflater(agreement.peerWindowBits);
        return inflater;
      },
      close: () => {
        if (agreement.ownContextTakeover) deflater?.close();
        inflater?.close();
      },
    };
  }

  #deflaterFor({ ownWindowBits, ownContextTakeover }: Agreement): Deflater {
    if (ownContextTakeover) return this.#codecs.deflater(ownWindowBits, true);
    const known = this.#shared.get(ownWindowBits);
    if (known !== undefined) return known;
    const made = this.#codecs.deflater(ownWindowBits, false);
    this.#shared.set(ownWindowBits, made);
    return made;
  }

  /** A decompressor without a window, for one message. */
  #borrow(windowBits: number): Inflater {
    const spare = this.#spare.get(windowBits) ?? [];
    this.#spare.set(windowBits, spare);
    return (
      spare.pop() ??
      this.#codecs.inflater(windowBits, (inflater) => {
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
