import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';

const FLUSH = { finishFlush: constants.Z_SYNC_FLUSH };
const TAIL = Buffer.from([0, 0, 0xff, 0xff]);

/** What a side of permessage-deflate is bound to. */
interface Bound {
  readonly takeover: boolean;
  readonly bits: number;
}

/** What the answer of a server binds a side to. */
export function boundBy(answer: string, side: 'server' | 'client'): Bound {
  const bits = new RegExp(`${side}_max_window_bits=(\\d+)`).exec(answer)?.[1];
  return { takeover: !answer.includes(`${side}_no_context_takeover`), bits: Number(bits ?? 15) };
}

/**
 * One direction of permessage-deflate on one-shot zlib, which keeps no state: the window of a take-over
 * is given to it as a dictionary.
 */
export class OneShotDeflate {
  readonly #bound: Bound;
  #window: Buffer = Buffer.alloc(0);

  constructor(bound: Bound) {
    this.#bound = bound;
  }

  compress(payload: Buffer): Buffer {
    const packed = deflateRawSync(payload, { ...FLUSH, ...this.#options });
    this.#remember(payload);
    return packed.subarray(0, -4);
  }

  inflate(payload: Buffer): Buffer {
    const whole = inflateRawSync(Buffer.concat([payload, TAIL]), { ...FLUSH, ...this.#options });
    this.#remember(whole);
    return whole;
  }

  get #options() {
    return {
      windowBits: this.#bound.bits,
      ...(this.#window.length > 0 && { dictionary: this.#window }),
    };
  }

  #remember(payload: Buffer): void {
    if (!this.#bound.takeover) return;
    const all = Buffer.concat([this.#window, payload]);
    this.#window = Buffer.from(all.subarray(-(2 ** this.#bound.bits)));
  }
}
