import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWireCode } from '../src/close-codes.js';
import { acceptKeyOf } from '../src/handshake/accept-key.js';
import { connectWebSocket, webSocket } from '../src/index.js';
import { anyCuts, anyStream, cut, type Role, RUNS, turn } from './any-stream.js';
import { BytePeer } from './byte-peer.js';
import { closeOf, masked, readFrames, upgradeRequest, upgradeResponse, wire } from './wire.js';

const MAX_PAYLOAD = 2_000;
const MAX_FRAGMENTS = 4;
const MAX_HEADER = 500;
const LEGAL = Array.from({ length: 5000 }, (_, code) => code).filter(isWireCode);
const DEFLATE = 'Sec-WebSocket-Extensions: permessage-deflate';

/** What a WebSocket tells, as it comes. */
function listening(said: unknown[], deflate: boolean) {
  return {
    maxPayload: MAX_PAYLOAD,
    maxFragments: MAX_FRAGMENTS,
    maxHeader: MAX_HEADER,
    // What comes in may be compressed; what goes out is not, to be compared.
    deflate: deflate && { threshold: 1_000_000 },
    onMessage(_ws: unknown, data: string | Uint8Array) {
      said.push(typeof data === 'string' ? data : Buffer.from(data).toString('hex'));
      return data;
    },
    onClose: (_ws: unknown, ...how: unknown[]) => void said.push(how),
  };
}

/** A client that has sent its request; `opened` is what becomes of it. */
function startClient(said: unknown[], deflate: boolean) {
  let peer: BytePeer | undefined;
  const opened = connectWebSocket('ws://test/', {
    ...listening(said, deflate),
    connect: async (_address, application) => {
      peer = new BytePeer(application);
    },
  });
  const key = /Sec-WebSocket-Key: (\S+)/.exec(peer!.sent().toString())![1]!;
  return { peer: peer!, opened, accept: acceptKeyOf(key) };
}

const OPEN: Record<Role, (said: unknown[], deflate: boolean) => Promise<BytePeer>> = {
  async server(said, deflate) {
    const peer = new BytePeer(webSocket(listening(said, deflate)));
    peer.receive(upgradeRequest([DEFLATE]));
    return peer;
  },
  async client(said, deflate) {
    const { peer, opened, accept } = startClient(said, deflate);
    peer.receive(upgradeResponse(accept, deflate ? [DEFLATE] : []));
    await opened;
    return peer;
  },
};

/** All that is to be seen of a WebSocket that receives these pieces behind its handshake. */
async function play(role: Role, pieces: readonly Buffer[], deflate: boolean) {
  const said: unknown[] = [];
  const peer = await OPEN[role](said, deflate);
  const out = pieces.map((piece) => {
    const sent = peer.receive(piece);
    // A header that is not whole, or a control frame: the rest is taken as it comes.
    expect(peer.isClosed ? 0 : peer.waiting).toBeLessThanOrEqual(125 + 14);
    return sent;
  });
  const code = peer.error?.code;
  peer.end();
  return { said, frames: readFrames(Buffer.concat(out)), isClosed: peer.isClosed, code };
}

describe.each(['server', 'client'] as const)('any stream of bytes to a %s', (role) => {
  it('gives messages, or a close with a legal code, and never anything else', async () => {
    await fc.assert(
      fc
        .asyncProperty(anyStream(role), fc.boolean(), async (stream, deflate) => {
          const { said, frames, code } = await play(role, [stream], deflate);
          const closes = frames.filter(({ opcode }) => opcode === 8);
          expect(closes.length).toBeLessThanOrEqual(1);
          // Nothing behind the close frame, and all frames as this side sends them.
          if (closes.length === 1) expect(frames.at(-1)).toBe(closes[0]);
          for (const frame of frames) {
            expect(frame).toMatchObject({ isMasked: role === 'client', fin: true, rsv: 0 });
            expect(frame.payload.length).toBeLessThanOrEqual(MAX_PAYLOAD);
          }
          for (const close of closes)
            expect([1005, ...LEGAL].includes(closeOf(close)[0])).toBe(true);
          expect([undefined, 'ERR_GEV_PROTOCOL']).toContain(code);
          if (code !== undefined) expect(closes).toHaveLength(1);
          // onClose exactly once, and last.
          expect(said.filter(Array.isArray)).toHaveLength(1);
          expect(Array.isArray(said.at(-1))).toBe(true);
        })
        .beforeEach(turn),
      { numRuns: RUNS },
    );
  }, 600_000);

  it('gives the same however it is split', async () => {
    await fc.assert(
      fc
        .asyncProperty(anyStream(role), anyCuts, fc.boolean(), async (stream, cuts, deflate) => {
          const whole = await play(role, [stream], deflate);
          expect(await play(role, cut(stream, cuts), deflate)).toEqual(whole);
        })
        .beforeEach(turn),
      { numRuns: RUNS },
    );
  }, 600_000);
});

describe('any bytes in place of a handshake', () => {
  it('give an answer of HTTP, or a server waits for more, within maxHeader', async () => {
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
    await fc.assert(
      fc
        .asyncProperty(text, anyCuts, async (stream, cuts) => {
          const peer = new BytePeer(webSocket({ maxHeader: MAX_HEADER }));
          for (const piece of cut(stream, cuts)) {
            const answer = peer.receive(piece).toString('latin1');
            if (answer !== '')
              expect(answer).toMatch(/^HTTP\/1\.1 (101|400|403|405|426|431|505) |^[\x81\x88]/);
            expect(peer.isClosed ? 0 : peer.waiting).toBeLessThanOrEqual(MAX_HEADER);
          }
          peer.end();
        })
        .beforeEach(turn),
      { numRuns: RUNS },
    );
  }, 600_000);

  it('open a client, or are refused with ERR_GEV_HANDSHAKE, or it waits for more, within maxHeader', async () => {
    const line = fc.constantFrom('HTTP/1.1 101 A', 'HTTP/1.1 103 B', 'Upgrade: websocket', '', 'x');
    const answer = fc.oneof(
      fc.array(line, { maxLength: 8 }).map((lines) => () => Buffer.from(lines.join('\r\n'))),
      fc.uint8Array({ maxLength: 700 }).map((bytes) => () => Buffer.from(bytes)),
      fc.tuple(fc.nat(150), fc.nat(255)).map(([at, byte]) => (accept: string) => {
        const bytes = Buffer.from(upgradeResponse(accept));
        bytes[at] = byte;
        return Buffer.concat([bytes, wire({ opcode: 1, payload: 'hi' })]);
      }),
    );
    await fc.assert(
      fc
        .asyncProperty(answer, anyCuts, async (answerTo, cuts) => {
          const said: unknown[] = [];
          const { peer, opened, accept } = startClient(said, false);
          const refused = opened.then(
            () => undefined,
            (error: unknown) => error,
          );
          for (const piece of cut(answerTo(accept), cuts)) {
            peer.receive(piece);
            expect(peer.isClosed ? 0 : peer.waiting).toBeLessThanOrEqual(MAX_HEADER);
          }
          peer.end();
          const error = await refused;
          if (error === undefined) expect(said[0]).toBe('hi');
          else expect([error, said]).toMatchObject([{ code: 'ERR_GEV_HANDSHAKE' }, []]);
          expect([undefined, 'ERR_GEV_PROTOCOL']).toContain(peer.error?.code);
        })
        .beforeEach(turn),
      { numRuns: RUNS },
    );
  }, 600_000);
});
