import { randomBytes } from 'node:crypto';
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Codecs } from '../src/deflate/codecs.js';
import { chooseCodecs, Deflate } from '../src/deflate/deflate.js';
import { areDirectCodecsUsable, DirectCodecs } from '../src/deflate/direct-codecs.js';
import { parseExtensions } from '../src/deflate/extension-header.js';
import { FreshCodecs } from '../src/deflate/fresh-codecs.js';
import { type Agreement, answerOffers, makeOffer, readAnswer } from '../src/deflate/negotiation.js';
import { type DeflateOptions, resolveDeflate } from '../src/deflate/options.js';
import { webSocket } from '../src/index.js';
import type { Inflating } from '../src/message-assembler.js';
import { BytePeer } from './byte-peer.js';
import { closeOf, masked, readFrames, upgradeRequest } from './wire.js';

const settings = (options: DeflateOptions = {}) => resolveDeflate(options)!;

describe('parseExtensions', () => {
  it('reads names, parameters and quoted values', () => {
    // An empty element is none (RFC 9110, section 5.6.1).
    expect(parseExtensions(',a; b; c=1 ;d="2",, e,')).toEqual([
      {
        name: 'a',
        parameters: new Map<string, string | true>([
          ['b', true],
          ['c', '1'],
          ['d', '2'],
        ]),
      },
      { name: 'e', parameters: new Map() },
    ]);
  });

  it.each(['a;', 'a b', 'a; b=', 'a; b="x y"', 'a; b=1; b=2', 'a; =1', 'a;;b'])(
    'finds %j malformed',
    (header) => expect(parseExtensions(header)).toBeUndefined(),
  );
});

describe('answerOffers', () => {
  const P = 'permessage-deflate';
  const CASES: [offer: string, options: DeflateOptions, answer: string | undefined][] = [
    [P, {}, P],
    ['x-other', {}, undefined],
    [`x-other, ${P}`, {}, P],
    [`${P}; server_no_context_takeover`, {}, `${P}; server_no_context_takeover`],
    [`${P}; client_no_context_takeover`, {}, `${P}; client_no_context_takeover`],
    [
      P,
      { ownContextTakeover: false, peerContextTakeover: false },
      `${P}; server_no_context_takeover; client_no_context_takeover`,
    ],
    [`${P}; server_max_window_bits=10`, {}, `${P}; server_max_window_bits=10`],
    [`${P}; server_max_window_bits=10`, { ownWindowBits: 9 }, `${P}; server_max_window_bits=9`],
    [`${P}; server_max_window_bits=15`, {}, `${P}; server_max_window_bits=15`],
    [P, { ownWindowBits: 9 }, `${P}; server_max_window_bits=9`],
    [`${P}; client_max_window_bits`, {}, P],
    [`${P}; client_max_window_bits`, { peerWindowBits: 10 }, `${P}; client_max_window_bits=10`],
    [`${P}; client_max_window_bits=9`, { peerWindowBits: 10 }, `${P}; client_max_window_bits=9`],
    [`${P}; client_max_window_bits=8`, {}, `${P}; client_max_window_bits=8`],
    [P, { peerWindowBits: 10 }, undefined],
    // The second offer is the one that can be taken.
    [
      `${P}; server_max_window_bits=7, ${P}; server_max_window_bits=12`,
      {},
      `${P}; server_max_window_bits=12`,
    ],
    [`${P}; server_max_window_bits`, {}, undefined],
    [`${P}; server_max_window_bits=16`, {}, undefined],
    [`${P}; server_max_window_bits=010`, {}, undefined],
    [`${P}; client_max_window_bits=7`, {}, undefined],
    [`${P}; server_no_context_takeover=1`, {}, undefined],
    [`${P}; unknown`, {}, undefined],
  ];

  it.each(CASES)('%s with %j', (offer, options, answer) => {
    expect(answerOffers(offer, settings(options))?.header).toBe(answer);
  });

  it('answers a malformed header with 400', () => {
    expect(() => answerOffers('a;;b', settings())).toThrow('malformed');
    expect(answerOffers(undefined, settings())).toBeUndefined();
  });
});

describe('readAnswer', () => {
  it.each<DeflateOptions>([
    {},
    { ownContextTakeover: false },
    { peerContextTakeover: false },
    { ownWindowBits: 9, peerWindowBits: 10 },
  ])('both sides understand the same with a client of %j', (options) => {
    for (const server of [
      settings(),
      settings({ ownWindowBits: 12, peerContextTakeover: false }),
    ]) {
      const { header, agreement } = answerOffers(makeOffer(settings(options)), server)!;
      const client = readAnswer(header, settings(options))!;
      expect(client.ownContextTakeover).toBe(agreement.peerContextTakeover);
      expect(client.peerContextTakeover).toBe(agreement.ownContextTakeover);
      expect(client.ownWindowBits).toBeLessThanOrEqual(agreement.peerWindowBits);
      expect(client.peerWindowBits).toBe(agreement.ownWindowBits);
    }
  });

  it.each([
    ['x-other', {}],
    ['permessage-deflate, permessage-deflate', {}],
    ['permessage-deflate; client_max_window_bits', {}],
    ['permessage-deflate; unknown', {}],
    ['permessage-deflate', { peerContextTakeover: false }],
    ['permessage-deflate', { peerWindowBits: 10 }],
  ])('refuses %s after an offer with %j', (header, options) => {
    expect(() => readAnswer(header, settings(options))).toThrow('extensions');
  });

  it('refuses what was not offered', () => {
    expect(() => readAnswer('permessage-deflate', undefined)).toThrow('extensions');
    expect(readAnswer(undefined, settings())).toBeUndefined();
  });
});

/** What comes out of an inflater for a message that comes in these pieces. */
function inflated(inflating: Inflating, pieces: readonly Uint8Array[]): Buffer {
  const out: Buffer[] = [];
  const sink = (piece: Uint8Array) => void out.push(Buffer.from(piece));
  for (const piece of pieces) inflating.push(piece, sink);
  inflating.finish(sink);
  return Buffer.concat(out);
}

const AGREEMENTS: Agreement[] = [true, false].flatMap((takeover) =>
  [8, 9, 12, 15].map((bits) => ({
    ownWindowBits: bits,
    peerWindowBits: bits,
    ownContextTakeover: takeover,
    peerContextTakeover: takeover,
  })),
);

const MAX_PAYLOAD = 1024 * 1024;
const WAYS: Record<string, Codecs> = {
  direct: new DirectCodecs(settings()),
  fresh: new FreshCodecs(settings(), MAX_PAYLOAD),
};
const PAIRS = Object.keys(WAYS).flatMap((own) => Object.keys(WAYS).map((peer) => ({ own, peer })));

describe.each(PAIRS)('from $own to $peer codecs', ({ own, peer }) => {
  it.each(AGREEMENTS)(
    '$ownWindowBits bits, take-over $ownContextTakeover: any messages come back',
    (agreement) => {
      const [sender, receiver] = [own, peer].map((way) => new Deflate(settings(), WAYS[way]!));
      const noise = randomBytes(40_000);
      const message = fc.oneof(
        fc.uint8Array({ maxLength: 1000 }),
        fc.tuple(fc.nat(20_000), fc.nat(40_000)).map(([at, size]) => noise.subarray(at, at + size)),
        fc.nat(300_000).map((size) => Buffer.alloc(size, 'abc')),
      );
      fc.assert(
        fc.property(fc.array(message, { maxLength: 5 }), fc.nat(1000), (messages, cut) => {
          const sending = sender!.session(agreement);
          const receiving = receiver!.session(agreement);
          for (const payload of messages) {
            const bytes = sending.compress(payload);
            const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)];
            expect(inflated(receiving.inflate(), pieces).equals(payload)).toBe(true);
          }
          sending.close();
          receiving.close();
        }),
        { numRuns: 20 },
      );
    },
  );
});

describe.each(Object.keys(WAYS))('%s codecs', (way) => {
  const inflating = () => WAYS[way]!.inflater(15);
  const hex = (text: string) => Buffer.from(text, 'hex');

  it('go on behind a last block, with a window of its own', () => {
    const hello = 'f348cdc9c90700';
    expect(inflated(inflating(), [hex(`${hello}${hello}${hello}00`)]).toString()).toBe(
      'HelloHelloHello',
    );
    expect(inflated(inflating(), [hex('0300'.repeat(1000))])).toHaveLength(0);
  });

  it('refuse what is not deflate', () => {
    expect(() => inflated(inflating(), [hex('ffffff')])).toThrow('cannot be decompressed');
  });

  it('leave a decompressor as new for the next message, whether it was finished or not', () => {
    const deflate = new Deflate(settings(), WAYS[way]!);
    const session = deflate.session({ ...AGREEMENTS.at(-1)!, peerContextTakeover: false });
    session.inflate().push(hex('f248'), () => {});
    const unfinished = session.inflate();
    unfinished.push(hex('f248'), () => {});
    unfinished.abandon();
    expect(inflated(session.inflate(), [hex('f248cdc9c90700')]).toString()).toBe('Hello');
    // Into the window of the message before, which is forgotten.
    expect(() => inflated(session.inflate(), [hex('f200110000')])).toThrow('decompressed');
  });
});

describe('fresh codecs', () => {
  it('bound what they keep, before and after decompression', () => {
    const codecs = new FreshCodecs(settings(), 1000);
    const zeros = packed(Buffer.alloc(1001));
    expect(() => inflated(codecs.inflater(15), [zeros])).toThrow('more than 1000 bytes');
    expect(inflated(codecs.inflater(15), [packed(Buffer.alloc(1000))])).toHaveLength(1000);
    const nothing = Buffer.from('000000ffff'.repeat(100), 'hex');
    const inflater = codecs.inflater(15);
    expect(() => {
      for (;;) inflater.push(nothing, () => {});
    }).toThrow('more than 1000 bytes');
  });
});

describe('direct codecs', () => {
  it('are used where they work', () => {
    expect(areDirectCodecsUsable(WAYS['direct']!)).toBe(true);
    expect(chooseCodecs(settings(), MAX_PAYLOAD)).toBeInstanceOf(DirectCodecs);
  });

  it('are not where they fail, or give something else', () => {
    const { fresh } = WAYS as { fresh: Codecs };
    const deflater = () => ({ compress: (bytes: Uint8Array) => bytes, close: () => {} });
    expect(areDirectCodecsUsable({ ...fresh, deflater })).toBe(false);
    expect(areDirectCodecsUsable({} as Codecs)).toBe(false);
  });
});

/** A peer that has agreed upon compression, and the head of its answer. */
function compressing(deflate: DeflateOptions = {}, offer = 'permessage-deflate', more = {}) {
  const options = {
    deflate: { threshold: 0, ...deflate },
    onMessage: (_ws: unknown, data: string | Uint8Array) => data,
  };
  const peer = new BytePeer(webSocket({ ...options, ...more }));
  const head = peer.receive(upgradeRequest([`Sec-WebSocket-Extensions: ${offer}`])).toString();
  return { peer, head };
}

/** One message as it stands on the wire, without a window of earlier ones. */
function packed(payload: string | Uint8Array): Buffer {
  return deflateRawSync(payload, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
}

describe('compressed messages', () => {
  // RFC 7692, section 7.2.3.
  const HELLO: [string, string][] = [
    ['one block', 'c107f248cdc9c90700'],
    ['fragments', '4103f248cd8004c9c90700'],
    ['a window of before', 'c107f248cdc9c90700c105f200110000'],
    ['no compression', 'c10b000500faff48656c6c6f00'],
    ['a last block', 'c108f348cdc9c9070000'],
    ['two blocks', 'c10df248050000 00ffffcac9c90700'.replace(' ', '')],
  ];

  it.each(HELLO)('takes the Hello of RFC 7692 in %s', (_name, hex) => {
    const { peer } = compressing();
    const bytes = Buffer.from(hex, 'hex');
    const frames = readFrames(bytes).map(({ opcode, payload, fin, rsv }) =>
      masked(opcode, payload, { fin, rsv }),
    );
    const replies = readFrames(peer.receive(Buffer.concat(frames)));
    expect(replies.length).toBeGreaterThan(0);
    let window: Buffer = Buffer.alloc(0);
    for (const { rsv, payload } of replies) {
      expect(rsv).toBe(0x40);
      const whole = Buffer.concat([payload, Buffer.from([0, 0, 0xff, 0xff])]);
      const text = inflateRawSync(whole, {
        finishFlush: constants.Z_SYNC_FLUSH,
        dictionary: window,
      });
      expect(text.toString()).toBe('Hello');
      window = text;
    }
  });

  it('come byte by byte, with a ping between their fragments', () => {
    const { peer } = compressing({ ownContextTakeover: false });
    const body = packed('x'.repeat(1000));
    const bytes = Buffer.concat([
      masked(1, body.subarray(0, 3), { fin: false, rsv: 0x40 }),
      masked(9, 'p'),
      masked(0, body.subarray(3)),
    ]);
    const out = Buffer.concat([...bytes].map((byte) => peer.receive(Uint8Array.of(byte))));
    expect(readFrames(out).map(({ opcode }) => opcode)).toEqual([10, 1]);
  });

  it('share a window within a connection, and none between connections', () => {
    const { peer } = compressing();
    const message = randomBytes(500).toString('hex');
    const sizes = [1, 2].map(() => readFrames(peer.receive(masked(1, message)))[0]!.payload.length);
    expect(sizes[1]).toBeLessThan(sizes[0]! / 10);
    const { peer: other } = compressing();
    expect(readFrames(other.receive(masked(1, message)))[0]!.payload.length).toBe(sizes[0]);
  });

  it('of less than the threshold go as they are, and so does what is not to be compressed', () => {
    const { peer } = compressing({ threshold: 10 });
    expect(readFrames(peer.receive(masked(1, 'x'.repeat(9))))[0]!.rsv).toBe(0);
    expect(readFrames(peer.receive(masked(1, 'x'.repeat(10))))[0]!.rsv).toBe(0x40);
    const plain = compressing({}, 'permessage-deflate', {
      onMessage: (ws: { send(data: string, options: object): void }) =>
        ws.send('x'.repeat(100), { compress: false }),
    });
    expect(readFrames(plain.peer.receive(masked(1, 'x')))[0]!.rsv).toBe(0);
  });

  it.each([
    [
      'a reserved bit in a continuation',
      Buffer.concat([
        masked(1, packed('x'), { fin: false, rsv: 0x40 }),
        masked(0, '', { rsv: 0x40 }),
      ]),
      1002,
    ],
    ['a reserved bit in a ping', masked(9, '', { rsv: 0x40 }), 1002],
    ['what is not deflate', masked(1, Buffer.from('ffffffffff', 'hex'), { rsv: 0x40 }), 1007],
    ['a text that is no UTF-8', masked(1, packed(Uint8Array.of(0xff)), { rsv: 0x40 }), 1007],
    ['too much', masked(2, packed(Buffer.alloc(2000)), { rsv: 0x40 }), 1009],
  ])('refuses %s', (_name, bytes, code) => {
    const { peer } = compressing({}, 'permessage-deflate', { maxPayload: 1000 });
    const frames = readFrames(peer.receive(bytes));
    expect(closeOf(frames.at(-1)!)[0]).toBe(code);
    peer.end();
  });

  it('are not agreed upon unless both sides want them', () => {
    const off = new BytePeer(webSocket({}));
    const lines = ['Sec-WebSocket-Extensions: permessage-deflate'];
    expect(off.receive(upgradeRequest(lines)).toString()).not.toContain('Extensions');
    expect(closeOf(readFrames(off.receive(masked(1, packed('x'), { rsv: 0x40 })))[0]!)[0]).toBe(
      1002,
    );
    const { head, peer } = compressing({}, 'x-other');
    expect(head).not.toContain('Extensions');
    expect(readFrames(peer.receive(masked(1, 'x')))[0]!.rsv).toBe(0);
  });

  it('of many connections at once do without windows of their own', () => {
    const options = { ownContextTakeover: false, peerContextTakeover: false, threshold: 0 };
    const application = webSocket({ deflate: options, onMessage: (_ws, data) => data });
    const peers = Array.from({ length: 20 }, () => new BytePeer(application));
    for (const peer of peers)
      peer.receive(upgradeRequest(['Sec-WebSocket-Extensions: permessage-deflate']));
    const bodies = peers.map((_peer, index) => packed(`${index} `.repeat(200)));
    // All are under way at the same time.
    for (const [index, peer] of peers.entries())
      peer.receive(masked(1, bodies[index]!.subarray(0, 4), { fin: false, rsv: 0x40 }));
    for (const [index, peer] of peers.entries()) {
      const [frame] = readFrames(peer.receive(masked(0, bodies[index]!.subarray(4))));
      const whole = Buffer.concat([frame!.payload, Buffer.from([0, 0, 0xff, 0xff])]);
      expect(inflateRawSync(whole, { finishFlush: constants.Z_SYNC_FLUSH }).toString()).toBe(
        `${index} `.repeat(200),
      );
      peer.end();
    }
  });
});
