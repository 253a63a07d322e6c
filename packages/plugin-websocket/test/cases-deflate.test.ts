import { describe, expect, it } from 'vitest';
import { acceptKeyOf } from '../src/handshake/accept-key.js';
import type { DeflateOptions } from '../src/index.js';
import { connectWebSocket, webSocket } from '../src/index.js';
import { BytePeer } from './byte-peer.js';
import { cutFrames } from './case.js';
import { DEFLATE_CASES, type DeflateCase, ROUNDS } from './cases-deflate.js';
import { boundBy, OneShotDeflate } from './one-shot-deflate.js';
import { KEY, type ReadFrame, readFrames, upgradeRequest, upgradeResponse, wire } from './wire.js';
import { withWsClients, withWsServer } from './ws-behind-bytes.js';

/** Sends bytes to who is tested, and gives the frames that come back. */
type Exchange = (bytes: Buffer) => readonly ReadFrame[] | Promise<readonly ReadFrame[]>;

const echo = (deflate: DeflateOptions) => ({
  deflate: { threshold: 0, ...deflate },
  onMessage: (_ws: unknown, data: string | Uint8Array) => data,
});

function openServer(offer: string) {
  const peer = new BytePeer(webSocket(echo({})));
  const head = peer.receive(upgradeRequest([`Sec-WebSocket-Extensions: ${offer}`])).toString();
  return { peer, answer: /Sec-WebSocket-Extensions: (.*)\r/.exec(head)![1]! };
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
  peer!.receive(upgradeResponse(accept, [`Sec-WebSocket-Extensions: ${answer}`]));
  await opened;
  return { peer: peer!, offer: /Sec-WebSocket-Extensions: (.*)\r/.exec(request)?.[1] };
}

/** What a server that takes everything has to answer: all that it was asked for. */
function expectAnswer(answer: string, offer: string): void {
  const asked = offer.split(',')[0]!.split('; ');
  const granted = asked.filter((parameter) => parameter !== 'client_max_window_bits');
  expect(answer.split('; ').sort()).toEqual(granted.sort());
}

/** Plays a case: sends messages, cut into frames, and expects them back. */
async function play(
  { opcode, frameSize, message }: DeflateCase,
  tested: 'server' | 'client',
  answer: string,
  exchange: Exchange,
): Promise<void> {
  const key = tested === 'server' ? KEY : undefined;
  const ours = new OneShotDeflate(boundBy(answer, tested === 'server' ? 'client' : 'server'));
  const theirs = new OneShotDeflate(boundBy(answer, tested));
  for (let round = 0; round < ROUNDS; round += 1) {
    const payload = message(round);
    const [first, ...rest] = cutFrames(opcode, ours.compress(payload), frameSize);
    const frames = [{ ...first!, rsv: 0x40 }, ...rest].map((frame) => wire({ ...frame, key }));
    const [reply, ...more] = await exchange(Buffer.concat(frames));
    expect(more).toEqual([]);
    expect(reply).toMatchObject({ opcode, rsv: 0x40, fin: true, isMasked: tested === 'client' });
    expect(theirs.inflate(reply!.payload).equals(payload)).toBe(true);
  }
}

describe('as a server', () => {
  it.each(DEFLATE_CASES)('$id', async (one) => {
    const { peer, answer } = openServer(one.offer);
    expectAnswer(answer, one.offer);
    await play(one, 'server', answer, (bytes) => readFrames(peer.receive(bytes)));
    peer.end();
  });
});

describe('as a client', () => {
  it.each(DEFLATE_CASES)('$id', async (one) => {
    const { peer } = await openClient(one.answer);
    await play(one, 'client', one.answer, (bytes) => readFrames(peer.receive(bytes)));
    peer.end();
  });
});

describe('the table itself, against ws', () => {
  it('holds for a server of somebody else', async () => {
    await withWsServer(async (open) => {
      for (const one of DEFLATE_CASES) {
        const peer = await open([`Sec-WebSocket-Extensions: ${one.offer}`]);
        expectAnswer(peer.extensions, one.offer);
        await play(one, 'server', peer.extensions, (bytes) => peer.exchange(bytes, 1));
        peer.end();
      }
    });
  }, 120_000);

  it('holds for a client of somebody else', async () => {
    await withWsClients(async (open) => {
      for (const one of DEFLATE_CASES) {
        const peer = await open([`Sec-WebSocket-Extensions: ${one.answer}`]);
        await play(one, 'client', one.answer, (bytes) => peer.exchange(bytes, 1));
        peer.end();
      }
    });
  }, 120_000);
});

/** What a client asks a server for, which the suite's cases leave out. */
const ASKED: [answer: string, options: DeflateOptions][] = [
  ['server_no_context_takeover', { peerContextTakeover: false }],
  ['server_max_window_bits=9', { peerWindowBits: 9 }],
  [
    'server_no_context_takeover; server_max_window_bits=9',
    { peerContextTakeover: false, peerWindowBits: 9 },
  ],
];

describe.each(ASKED)('a client that asks for %s', (parameters, options) => {
  it.each(DEFLATE_CASES.filter(({ id }) => id.startsWith('12.1.')))(
    'gets it: messages of $id',
    async (one) => {
      const answer = `permessage-deflate; ${parameters}`;
      const { peer, offer } = await openClient(answer, options);
      expect(offer).toBe(`${answer}; client_max_window_bits`);
      await play(one, 'client', answer, (bytes) => readFrames(peer.receive(bytes)));
      peer.end();
    },
  );
});
