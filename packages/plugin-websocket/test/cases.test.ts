import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { acceptKeyOf } from '../src/handshake/accept-key.js';
import { connectWebSocket, webSocket } from '../src/index.js';
import { BytePeer } from './byte-peer.js';
import { type Case, piecesOf } from './case.js';
import { CASES } from './cases.js';
import { DEFLATE_CASES } from './cases-deflate.js';
import {
  closeOf,
  KEY,
  type ReadFrame,
  readFrames,
  upgradeRequest,
  upgradeResponse,
} from './wire.js';
import { type WsBehindBytes, withWsClients, withWsServer } from './ws-behind-bytes.js';

const echo = {
  onMessage: (_ws: unknown, data: string | Uint8Array) => data,
};

/** Looks at everything that came back for a case. */
function judge(
  { expect: expected, close = 1000 }: Case,
  frames: readonly ReadFrame[],
  isMasked: boolean,
): void {
  const messages = frames.slice(0, -1);
  const last = frames.at(-1)!;
  expect(messages.map(({ opcode, payload }) => [opcode, payload.toString('latin1')])).toEqual(
    expected.map(([opcode, payload]) => [opcode, payload.toString('latin1')]),
  );
  expect([last.opcode, closeOf(last)[0]]).toEqual([8, close]);
  for (const frame of frames) expect(frame.isMasked).toBe(isMasked);
}

/** What our side answers to these pieces. */
function exchange(peer: BytePeer, pieces: readonly Buffer[]): ReadFrame[] {
  return readFrames(Buffer.concat(pieces.map((piece) => peer.receive(piece))));
}

/** A client whose connection is played by a test, opened. */
async function openClient(): Promise<BytePeer> {
  let peer: BytePeer | undefined;
  const opened = connectWebSocket('ws://test/', {
    ...echo,
    connect: async (_address, application) => {
      peer = new BytePeer(application);
    },
  });
  const key = /Sec-WebSocket-Key: (\S+)/.exec(peer!.sent().toString())![1]!;
  peer!.receive(upgradeResponse(acceptKeyOf(key)));
  await opened;
  return peer!;
}

it('every case of the suite is there once', () => {
  const ids = [...CASES, ...DEFLATE_CASES].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const summary = readFileSync(new URL('../AUTOBAHN.md', import.meta.url), 'utf8');
  const counts = [...summary.split('## Client')[0]!.matchAll(/^\| (\d+) \| (\d+) \|/gm)];
  expect(counts).toHaveLength(11);
  for (const [, group, count] of counts) {
    expect([group, ids.filter((id) => id.startsWith(`${group}.`)).length]).toEqual([
      group,
      Number(count),
    ]);
  }
});

describe('as a server', () => {
  it.each(CASES)('$id', (one) => {
    const peer = new BytePeer(webSocket(echo));
    peer.receive(upgradeRequest());
    judge(one, exchange(peer, piecesOf(one, KEY)), false);
    expect(peer.isClosed).toBe(true);
    peer.end();
  });
});

describe('as a client', () => {
  it.each(CASES)('$id', async (one) => {
    const peer = await openClient();
    judge(one, exchange(peer, piecesOf(one)), true);
    peer.end();
  });
});

/** What the package `ws` does otherwise, and may. */
const DIFFERS = new Set([
  // It looks at a text when its frame is whole, or its message: slower to fail, the same code.
  '6.4.1',
  '6.4.2',
  '6.4.3',
  '6.4.4',
]);

describe('the table itself, against ws', () => {
  /** Cases that turn out otherwise. */
  async function differences(
    open: () => Promise<WsBehindBytes>,
    key: readonly number[] | undefined,
  ): Promise<string[]> {
    const found: string[] = [];
    for (const one of CASES.filter(({ id }) => !DIFFERS.has(id))) {
      const peer = await open();
      // In one piece: octets in a segment each would take seconds, and our own decoder is not what is tested.
      const frames = await peer.exchange(Buffer.concat(piecesOf(one, key)));
      try {
        judge(one, frames, key === undefined);
      } catch (error) {
        found.push(`${one.id}: ${String(error).slice(0, 200)}`);
      }
      peer.end();
    }
    return found;
  }

  it('holds for a server of somebody else', async () => {
    await withWsServer(async (open) => expect(await differences(open, KEY)).toEqual([]));
  }, 60_000);

  it('holds for a client of somebody else', async () => {
    await withWsClients(async (open) => expect(await differences(open, undefined)).toEqual([]));
  }, 60_000);
});
