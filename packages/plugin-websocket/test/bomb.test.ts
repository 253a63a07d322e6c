import { createDeflateRaw } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { webSocket } from '../src/index.js';
import { BytePeer } from './byte-peer.js';
import { closeOf, masked, readFrames, upgradeRequest } from './wire.js';

const isNightly = process.env['GEV_TEST_NIGHTLY'] === '1';
const GB = 1e9;
const SIZE = isNightly ? 10 * GB : GB;
const MOST = 64 * 1024 * 1024;

/** Zeros, compressed: a thousandth of their size. */
async function compressedZeros(size: number): Promise<Buffer> {
  const deflate = createDeflateRaw({ level: 9 });
  const chunk = Buffer.alloc(16 * 1024 * 1024);
  const pieces: Buffer[] = [];
  deflate.on('data', (piece: Buffer) => pieces.push(piece));
  for (let left = size; left > 0; left -= chunk.length) {
    if (!deflate.write(chunk)) await new Promise((resolve) => deflate.once('drain', resolve));
  }
  deflate.end();
  await new Promise((resolve) => deflate.once('end', resolve));
  return Buffer.concat(pieces);
}

describe('a bomb', () => {
  it(`of ${SIZE / GB} GB of zeros ends in 1009, with less than 64 MiB used`, async () => {
    const body = await compressedZeros(SIZE);
    const frame = masked(2, body, { rsv: 0x40 });
    for (const maxPayload of [1024 * 1024, 16 * 1024 * 1024]) {
      const peer = new BytePeer(webSocket({ deflate: true, maxPayload }));
      peer.receive(upgradeRequest(['Sec-WebSocket-Extensions: permessage-deflate']));
      const before = process.memoryUsage();
      let most = 0;
      const frames: ReturnType<typeof readFrames> = [];
      for (let at = 0; at < frame.length && !peer.isClosed; at += 65_536) {
        frames.push(...readFrames(peer.receive(frame.subarray(at, at + 65_536))));
        const now = process.memoryUsage();
        const grown = now.heapUsed + now.arrayBuffers - before.heapUsed - before.arrayBuffers;
        most = Math.max(most, grown, now.rss - before.rss);
      }
      expect(frames.map((close) => closeOf(close)[0])).toEqual([1009]);
      expect(most).toBeLessThan(MOST);
      peer.end();
    }
  }, 300_000);
});
