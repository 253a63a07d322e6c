import assert from 'node:assert/strict';
import { EventKind } from '@gev/core';
import type { Runner } from '../runner.js';
import { Random } from './random.js';
import { assertSameBytes, bytesOf, inScene, type Scene } from './scene.js';
import type { PollerTarget } from './target.js';

const MIB = 1024 * 1024;

export function dataTests({ describe, it }: Runner, target: PollerTarget): void {
  describe('reading', () => {
    it(
      'gives every byte in order',
      inScene(target, (scene) => readsWhole(scene, MIB)),
    );
    it(
      'gives every byte in order, seven at a time',
      inScene(target, (scene) => readsWhole(scene, 20_000), { readSize: 7 }),
    );
    it(
      'gives every byte in order with the smallest arena and one row a batch',
      inScene(target, (scene) => readsWhole(scene, 200_000), {
        inputSize: 4096,
        batch: 1,
        readSize: 4096,
      }),
    );
    it(
      'shares a small arena among many connections',
      inScene(target, sharesArena, { inputSize: 4096, readSize: 3000 }),
    );
    it('tells the end after the last byte, once', inScene(target, tellsEnd));
    it(
      'tells the end of a peer that sent nothing',
      inScene(target, async (scene) => {
        const { peer, handle } = await scene.pair();
        peer.end();
        await scene.until(() => scene.driver.find(EventKind.ended, handle).length > 0, 'ended');
        assert.equal(scene.driver.receivedLength(handle), 0);
      }),
    );
    it('does not let a firehose starve a quiet connection', inScene(target, isFair));
  });
}

async function readsWhole(scene: Scene, count: number): Promise<void> {
  const random = new Random(count);
  const pair = await scene.pair();
  const sent = random.bytes(count);
  for (const piece of random.pieces(sent, 9000)) pair.peer.write(piece);
  await scene.untilReceived(pair, count);
  assertSameBytes(scene.driver.received(pair.handle), sent, 'what the poller read');
}

async function sharesArena(scene: Scene): Promise<void> {
  const random = new Random(50);
  const pairs = await scene.pairs(50);
  const sent = pairs.map(() => random.bytes(10_000));
  for (const [index, { peer }] of pairs.entries()) peer.write(sent[index] ?? new Uint8Array());
  for (const [index, pair] of pairs.entries()) {
    await scene.untilReceived(pair, 10_000);
    const expected = sent[index] ?? new Uint8Array();
    assertSameBytes(scene.driver.received(pair.handle), expected, `connection ${index}`);
  }
}

async function tellsEnd(scene: Scene): Promise<void> {
  const random = new Random(3);
  const pair = await scene.pair();
  const other = await scene.pair();
  const sent = random.bytes(300_000);
  pair.peer.write(sent);
  pair.peer.end();
  const ended = () => scene.driver.find(EventKind.ended, pair.handle);
  await scene.until(() => ended().length > 0, 'an ended row');
  // That no byte follows the end is among the invariants.
  assertSameBytes(scene.driver.received(pair.handle), sent, 'what came before the end');
  await scene.roundTrip(other);
  assert.equal(ended().length, 1);
}

async function isFair(scene: Scene): Promise<void> {
  const count = 16 * MIB;
  const [firehose, quiet] = [await scene.pair(), await scene.pair()];
  firehose.peer.write(new Uint8Array(count));
  await scene.untilReceived(firehose, 1);
  quiet.peer.write(bytesOf('ping'));
  await scene.untilReceived(quiet, 4);
  assert(scene.driver.receivedLength(firehose.handle) < count, 'the ping waited for the firehose');
  await scene.untilReceived(firehose, count);
}
