import { once } from 'node:events';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { acceptKeyOf } from '../src/handshake/accept-key.js';
import { connectWebSocket, webSocket } from '../src/index.js';
import { BytePeer } from './byte-peer.js';
import { CASES, type Case, piecesOf } from './cases.js';
import { closeOf, KEY, readFrames, upgradeRequest } from './wire.js';

const MAX_PAYLOAD = 16 * 1024 * 1024;
const echo = {
  maxPayload: MAX_PAYLOAD,
  onMessage: (_ws: unknown, data: string | Uint8Array) => data,
};

/** Looks at everything that came back for a case. */
function judge({ expect: expected, close = 1000 }: Case, out: Buffer, isMasked: boolean): void {
  const frames = readFrames(out);
  const last = frames.pop()!;
  expect(frames.map(({ opcode, payload }) => [opcode, payload.toString('latin1')])).toEqual(
    expected.map(([opcode, payload]) => [opcode, payload.toString('latin1')]),
  );
  expect([last.opcode, closeOf(last)[0]]).toEqual([8, close]);
  for (const frame of [...frames, last]) expect(frame.isMasked).toBe(isMasked);
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
  const lines = ['HTTP/1.1 101 A', 'Upgrade: websocket', 'Connection: Upgrade'];
  peer!.receive([...lines, `Sec-WebSocket-Accept: ${acceptKeyOf(key)}`, '', ''].join('\r\n'));
  await opened;
  return peer!;
}

it('every case has an id of its own', () => {
  expect(new Set(CASES.map(({ id }) => id)).size).toBe(CASES.length);
});

describe('as a server', () => {
  it.each(CASES)('$id', (one) => {
    const peer = new BytePeer(webSocket(echo));
    peer.receive(upgradeRequest());
    judge(one, Buffer.concat(piecesOf(one, KEY).map((piece) => peer.receive(piece))), false);
    expect(peer.isClosed).toBe(true);
    peer.end();
  });
});

describe('as a client', () => {
  it.each(CASES)('$id', async (one) => {
    const peer = await openClient();
    judge(one, Buffer.concat(piecesOf(one).map((piece) => peer.receive(piece))), true);
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
  it('holds for a server of somebody else', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', maxPayload: MAX_PAYLOAD });
    await once(server, 'listening');
    server.on('connection', (ws) => {
      ws.on('message', (data, isBinary) => ws.send(data, { binary: isBinary }));
      ws.on('error', () => {});
    });
    const { port } = server.address() as AddressInfo;
    const wrong: string[] = [];
    for (const one of CASES.filter(({ id }) => !DIFFERS.has(id))) {
      const out = await talk(port, piecesOf(one, KEY));
      try {
        judge(one, out, false);
      } catch (error) {
        wrong.push(`${one.id}: ${String(error).slice(0, 200)}`);
      }
    }
    expect(wrong).toEqual([]);
    server.close();
  }, 60_000);
});

/** What a server answers to these bytes behind the handshake, until it ends. */
async function talk(port: number, pieces: readonly Buffer[]): Promise<Buffer> {
  const socket = connectTcp({ port, host: '127.0.0.1' });
  const got: Buffer[] = [];
  socket.on('data', (data) => got.push(data));
  socket.on('error', () => {});
  socket.write(upgradeRequest());
  await once(socket, 'data');
  // Octets in one piece: a segment each would take seconds, and our own decoder is not what is tested.
  socket.write(Buffer.concat(pieces));
  await once(socket, 'close');
  const all = Buffer.concat(got);
  return all.subarray(all.indexOf('\r\n\r\n') + 4);
}
