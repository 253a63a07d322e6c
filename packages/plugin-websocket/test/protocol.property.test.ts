import { constants, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWireCode } from '../src/close-codes.js';
import { webSocket } from '../src/index.js';
import { BytePeer } from './byte-peer.js';
import { closeOf, masked, readFrames, upgradeRequest, wire } from './wire.js';

const CASES = process.env['GEV_TEST_NIGHTLY'] === '1' ? 100_000 : 5_000;
const SYNC = { finishFlush: constants.Z_SYNC_FLUSH };
const MAX_PAYLOAD = 2_000;
const MAX_HEADER = 500;

/** Frames that are valid, nearly valid, and bytes that are anything. */
const anyFrame = fc
  .record({
    opcode: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(0, 1, 2, 8, 9, 10) }, fc.nat(15)),
    payload: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }).map((text) => new Uint8Array(Buffer.from(text))),
      fc.uint8Array({ maxLength: 140 }),
      fc.nat(3000).map((size) => new Uint8Array(size)),
      fc.nat(9000).map((size) => deflateRawSync(Buffer.alloc(size, 'ab'), SYNC).subarray(0, -4)),
      fc.nat(5000).map((code) => Uint8Array.of(code >> 8, code & 255)),
    ),
    fin: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.boolean()),
    rsv: fc.oneof(
      { weight: 6, arbitrary: fc.constant(0) },
      fc.constantFrom(0x40, 0x40, 0x20, 0x10),
    ),
    isMasked: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.boolean()),
    form: fc.oneof(
      { weight: 9, arbitrary: fc.constant(undefined) },
      fc.constantFrom(16 as const, 64 as const),
    ),
  })
  .map(({ isMasked, form, ...frame }) =>
    wire({ ...frame, key: isMasked ? [1, 2, 3, 4] : undefined, ...(form && { form }) }),
  );

const anyStream = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.array(anyFrame, { maxLength: 6 }).map((frames) => Buffer.concat(frames)),
  },
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
);

const anyCuts = fc.array(fc.nat(4000), { maxLength: 5 });

function cut(stream: Buffer, cuts: readonly number[]): Buffer[] {
  const borders = [0, ...cuts.map((at) => Math.min(at, stream.length)).sort((a, b) => a - b)];
  return borders.map((from, index) => stream.subarray(from, borders[index + 1]));
}

/** All that is to be seen of a connection that receives these pieces behind its handshake. */
function play(pieces: readonly Buffer[], deflate = false) {
  const said: unknown[] = [];
  const peer = new BytePeer(
    webSocket({
      maxPayload: MAX_PAYLOAD,
      maxFragments: 4,
      maxHeader: MAX_HEADER,
      // What comes in may be compressed; what goes out is not, to be compared.
      deflate: deflate && { threshold: 1_000_000 },
      onMessage: (_ws, data) => {
        said.push(typeof data === 'string' ? data : Buffer.from(data).toString('hex'));
        return data;
      },
      onClose: (_ws, ...how) => void said.push(how),
    }),
  );
  peer.receive(upgradeRequest(['Sec-WebSocket-Extensions: permessage-deflate']));
  const out = pieces.map((piece) => {
    const sent = peer.receive(piece);
    // A header that is not whole, or a control frame: the rest is taken as it comes.
    expect(peer.isClosed ? 0 : peer.waiting).toBeLessThanOrEqual(125 + 14);
    return sent;
  });
  const code = peer.error?.code;
  peer.end();
  return { said, out: Buffer.concat(out), isClosed: peer.isClosed, code };
}

describe('any stream of bytes', () => {
  it('gives messages, or a close with a legal code, and never anything else', () => {
    fc.assert(
      fc.property(anyStream, fc.boolean(), (stream, deflate) => {
        const { said, out, code } = play([stream], deflate);
        const frames = readFrames(out);
        const closes = frames.filter(({ opcode }) => opcode === 8);
        expect(closes.length).toBeLessThanOrEqual(1);
        // Nothing behind the close frame, and all frames as a server sends them.
        if (closes.length === 1) expect(frames.at(-1)).toBe(closes[0]);
        for (const frame of frames) {
          expect(frame).toMatchObject({ isMasked: false, fin: true, rsv: 0 });
          expect(frame.payload.length).toBeLessThanOrEqual(MAX_PAYLOAD);
        }
        for (const close of closes) expect([1005, ...LEGAL].includes(closeOf(close)[0])).toBe(true);
        expect([undefined, 'ERR_GEV_PROTOCOL']).toContain(code);
        if (code !== undefined) expect(closes).toHaveLength(1);
        // onClose exactly once, and last.
        expect(said.filter(Array.isArray)).toHaveLength(1);
        expect(Array.isArray(said.at(-1))).toBe(true);
      }),
      { numRuns: CASES },
    );
  }, 600_000);

  it('gives the same however it is split', () => {
    fc.assert(
      fc.property(anyStream, anyCuts, fc.boolean(), (stream, cuts, deflate) => {
        const whole = play([stream], deflate);
        expect(play(cut(stream, cuts), deflate)).toEqual(whole);
      }),
      { numRuns: CASES },
    );
  }, 600_000);

  it('in place of a handshake gives an answer of HTTP or waits for more, within maxHeader', () => {
    const line = fc.constantFrom(
      'GET / HTTP/1.1',
      'Host: a',
      'Upgrade: websocket',
      '',
      'x',
      'A:b\0',
    );
    const text = fc.oneof(
      fc.array(line, { maxLength: 12 }).map((lines) => Buffer.from(`${lines.join('\r\n')}\r\n`)),
      fc.uint8Array({ maxLength: 700 }).map((bytes) => Buffer.from(bytes)),
      fc.tuple(fc.nat(200), fc.nat(255)).map(([at, byte]) => {
        const bytes = Buffer.from(upgradeRequest());
        bytes[at] = byte;
        return Buffer.concat([bytes, masked(1, 'hi')]);
      }),
    );
    fc.assert(
      fc.property(text, anyCuts, (stream, cuts) => {
        const peer = new BytePeer(webSocket({ maxHeader: MAX_HEADER }));
        for (const piece of cut(stream, cuts)) {
          const answer = peer.receive(piece).toString('latin1');
          if (answer !== '')
            expect(answer).toMatch(/^HTTP\/1\.1 (101|400|403|405|426|431|505) |^[\x81\x88]/);
          expect(peer.isClosed ? 0 : peer.waiting).toBeLessThanOrEqual(MAX_HEADER);
        }
        peer.end();
      }),
      { numRuns: CASES },
    );
  }, 600_000);
});

const LEGAL = Array.from({ length: 5000 }, (_, code) => code).filter(isWireCode);
