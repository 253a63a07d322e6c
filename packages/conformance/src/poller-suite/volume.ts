import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { EventKind, OrderKind } from '@gev/core';
import type { Runner } from '../runner.js';
import { Random } from './random.js';
import { inScene, type Pair, type Scene } from './scene.js';
import type { PollerTarget } from './target.js';

const CONNECTIONS = 4;
const DEFAULT_VOLUME = 16 * 1024 * 1024;
/** Bytes of one write of a peer, at most. */
const LARGEST_PIECE = 100_000;

export function volumeTests({ describe, it }: Runner, target: PollerTarget): void {
  describe('volume', () => {
    const volume = target.volume ?? DEFAULT_VOLUME;
    it(
      `echoes ${volume} random bytes over ${CONNECTIONS} connections, then ends in order`,
      inScene(target, (scene) => echoesAll(scene, volume / CONNECTIONS)),
    );
    it(
      'does so with a small arena and few rows',
      inScene(target, (scene) => echoesAll(scene, volume / CONNECTIONS / 16), {
        inputSize: 8192,
        readSize: 4096,
        batch: 3,
      }),
    );
  });
}

async function echoesAll(scene: Scene, each: number): Promise<void> {
  const pairs = await scene.pairs(CONNECTIONS);
  echo(scene);
  const sent: string[] = [];
  for (const [index, { peer }] of pairs.entries()) {
    const random = new Random(61 + index);
    const bytes = random.bytes(each);
    sent.push(hash(bytes));
    for (const piece of random.pieces(bytes, LARGEST_PIECE)) peer.write(piece);
    peer.end();
  }
  for (const pair of pairs) await finish(scene, pair, each);
  assert.deepEqual(
    pairs.map(({ peer }) => hash(peer.received())),
    sent,
  );
  for (const { handle } of pairs) assert.equal(await scene.untilClosed(handle), 0);
}

/** Echoes with back-pressure: reads no more from who does not take its echo. */
function echo(scene: Scene): void {
  const { driver } = scene;
  driver.onRow = (row) => {
    if (row.kind === EventKind.data) {
      driver.echo(row);
      if (row.queued > 0) driver.order(OrderKind.pause, row.handle);
    } else if (row.kind === EventKind.backlog) {
      driver.order(OrderKind.resume, row.handle);
    } else if (row.kind === EventKind.ended) {
      driver.order(OrderKind.close, row.handle);
    }
  };
}

async function finish(scene: Scene, pair: Pair, each: number): Promise<void> {
  await scene.until(
    () => pair.peer.ended || pair.peer.failed,
    `the peer gets ${each} bytes and the end`,
  );
  assert.equal(pair.peer.receivedLength, each);
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
