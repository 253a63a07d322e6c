import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { acceptKeyOf } from '../src/handshake/accept-key.js';
import type { DeflateOptions } from '../src/index.js';
import { connectWebSocket, webSocket } from '../src/index.js';
import { BytePeer } from './byte-peer.js';
import { KEY, readFrames, upgradeRequest, wire } from './wire.js';

/**
 * Groups 12 and 13 of the Autobahn test suite: echoes of compressed messages, by size, by how they are
 * cut into frames, and by what was agreed upon. The peer is one-shot zlib, which keeps no state: the
 * window of a take-over is given to it as a dictionary.
 */
const SIZES = [16, 64, 256, 1024, 4096, 8192, 16_384, 32_768, 65_536, 131_072];
const ROUNDS = 4;
const FLUSH = { finishFlush: constants.Z_SYNC_FLUSH };
const TAIL = Buffer.from([0, 0, 0xff, 0xff]);

interface Agreed {
  readonly takeover: boolean;
  readonly bits: number;
}

/** One direction of somebody else's permessage-deflate. */
class Reference {
  readonly #agreed: Agreed;
  #window: Buffer = Buffer.alloc(0);

  constructor(agreed: Agreed) {
    this.#agreed = agreed;
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
      windowBits: this.#agreed.bits,
      ...(this.#window.length > 0 && { dictionary: this.#window }),
    };
  }

  #remember(payload: Buffer): void {
    if (!this.#agreed.takeover) return;
    const all = Buffer.concat([this.#window, payload]);
    this.#window = Buffer.from(all.subarray(-(2 ** this.#agreed.bits)));
  }
}

const WORDS = ['{"id":', '"name":', 'wärme', 'reactor', '[1,2,3]', '😀', 'false', 'null'];

/** Text that compresses as text does, and is no two times the same. */
function textOf(size: number, round: number): Buffer {
  let seed = size + round;
  // A word and its number have three bytes at least.
  const words = Array.from({ length: size / 3 + 1 }, () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return `${WORDS[seed % WORDS.length]} ${seed % 997} `;
  });
  const bytes = Buffer.from(words.join(''));
  let end = size;
  while ((bytes[end]! & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}

const echo = (deflate: DeflateOptions) => ({
  maxPayload: 16 * 1024 * 1024,
  deflate: { threshold: 0, ...deflate },
  onMessage: (_ws: unknown, data: string | Uint8Array) => data,
});

function openServer(offer: string, options: DeflateOptions = {}) {
  const peer = new BytePeer(webSocket(echo(options)));
  const head = peer.receive(upgradeRequest([`Sec-WebSocket-Extensions: ${offer}`])).toString();
  return { peer, answer: /Sec-WebSocket-Extensions: (.*)\r/.exec(head)?.[1] };
}

async function openClient(answer: string, options: DeflateOptions = {}) {
  let peer: BytePeer | undefined;
  const opened = connectWebSocket('ws://test/', {
    ...echo(options),
    connect: async (_address, application) => {
      peer = new BytePeer(application);
    },
  });
  const request = peer!.sent().toString();
  const accept = acceptKeyOf(/Sec-WebSocket-Key: (\S+)/.exec(request)![1]!);
  const lines = ['HTTP/1.1 101 A', 'Upgrade: websocket', 'Connection: Upgrade'];
  const last = [`Sec-WebSocket-Accept: ${accept}`, `Sec-WebSocket-Extensions: ${answer}`, '', ''];
  peer!.receive([...lines, ...last].join('\r\n'));
  await opened;
  return { peer: peer!, offer: /Sec-WebSocket-Extensions: (.*)\r/.exec(request)?.[1] };
}

/** Sends messages, cut into frames, and expects them back. */
function converse(
  peer: BytePeer,
  size: number,
  to: Agreed,
  from: Agreed,
  key: readonly number[] | undefined,
  frameSize = Number.POSITIVE_INFINITY,
): void {
  const ours = new Reference(to);
  const theirs = new Reference(from);
  for (let round = 0; round < ROUNDS; round += 1) {
    const payload = textOf(size, round);
    const packed = ours.compress(payload);
    const step = Math.min(frameSize, packed.length);
    const frames: Buffer[] = [];
    for (let at = 0; at < packed.length; at += step) {
      const isFirst = at === 0;
      frames.push(
        wire({
          opcode: isFirst ? 1 : 0,
          rsv: isFirst ? 0x40 : 0,
          fin: at + step >= packed.length,
          payload: packed.subarray(at, at + step),
          key,
        }),
      );
    }
    const [reply, ...more] = readFrames(peer.receive(Buffer.concat(frames)));
    expect(more).toEqual([]);
    expect(reply).toMatchObject({ opcode: 1, rsv: 0x40, fin: true, isMasked: key === undefined });
    expect(theirs.inflate(reply!.payload).equals(payload)).toBe(true);
  }
}

const FULL: Agreed = { takeover: true, bits: 15 };

describe('12: sizes and frames, as a server', () => {
  it.each(
    [undefined, 128, 1024, 4096].flatMap((frameSize, group) =>
      SIZES.map((size, index) => ({ id: `12.${group + 1}.${index + 1}`, size, frameSize })),
    ),
  )('$id: $size bytes in frames of $frameSize', ({ size, frameSize }) => {
    const { peer } = openServer('permessage-deflate; client_max_window_bits');
    converse(peer, size, FULL, FULL, KEY, frameSize);
    peer.end();
  });
});

const NAME = 'permessage-deflate';
const NO = 'server_no_context_takeover';
const BITS = 'server_max_window_bits';
const OFFERS: [id: string, offer: string, from: Agreed][] = [
  ['13.1', NAME, FULL],
  ['13.2', `${NAME}; ${NO}`, { takeover: false, bits: 15 }],
  ['13.3', `${NAME}; ${BITS}=9`, { takeover: true, bits: 9 }],
  ['13.4', `${NAME}; ${BITS}=15`, FULL],
  ['13.5', `${NAME}; ${NO}; ${BITS}=9`, { takeover: false, bits: 9 }],
  ['13.6', `${NAME}; ${NO}; ${BITS}=15`, { takeover: false, bits: 15 }],
  ['13.7', `${NAME}; ${NO}; ${BITS}=9, ${NAME}; ${NO}, ${NAME}`, { takeover: false, bits: 9 }],
];

describe.each(OFFERS)('%s: %s, as a server', (_id, offer, from) => {
  it.each(SIZES)('%i bytes', (size) => {
    const { peer, answer } = openServer(offer);
    expect(answer).toBe(offer.split(',')[0]);
    converse(peer, size, FULL, from, KEY);
    peer.end();
  });
});

const ANSWERS: [id: string, answer: string, options: DeflateOptions, to: Agreed, from: Agreed][] = [
  ['13.1', NAME, {}, FULL, FULL],
  ['13.2', `${NAME}; ${NO}`, { peerContextTakeover: false }, { takeover: false, bits: 15 }, FULL],
  ['13.3', `${NAME}; ${BITS}=9`, { peerWindowBits: 9 }, { takeover: true, bits: 9 }, FULL],
  ['13.4', `${NAME}; ${BITS}=15`, {}, FULL, FULL],
  [
    '13.5',
    `${NAME}; ${NO}; ${BITS}=9`,
    { peerContextTakeover: false, peerWindowBits: 9 },
    { takeover: false, bits: 9 },
    FULL,
  ],
  [
    '13.6',
    `${NAME}; ${NO}; ${BITS}=15`,
    { peerContextTakeover: false },
    { takeover: false, bits: 15 },
    FULL,
  ],
  [
    '13.7',
    `${NAME}; client_no_context_takeover; client_max_window_bits=9`,
    {},
    FULL,
    { takeover: false, bits: 9 },
  ],
];

describe.each(ANSWERS)('%s: %s, as a client', (_id, answer, options, to, from) => {
  it.each(SIZES)('%i bytes', async (size) => {
    const { peer, offer } = await openClient(answer, options);
    expect(offer).toContain('client_max_window_bits');
    converse(peer, size, to, from, undefined);
    peer.end();
  });
});
