import assert from 'node:assert/strict';
import { EventKind, OrderKind } from '@gev/core';
import type { Runner } from '../runner.js';
import { Random } from './random.js';
import { assertSameBytes, bytesOf, inScene, type Pair, type Scene } from './scene.js';
import type { PollerTarget } from './target.js';

export function writeTests({ describe, it }: Runner, target: PollerTarget): void {
  describe('writing', () => {
    it(
      'sends what lies in the output region',
      inScene(target, async (scene) => {
        const pair = await scene.pair();
        scene.driver.write(pair.handle, bytesOf('from the output region'));
        scene.driver.flush();
        await scene.untilArrived(pair, 22);
        assert.equal(Buffer.from(pair.peer.received()).toString(), 'from the output region');
      }),
    );

    it(
      'sends bytes of the input region from inside the batch',
      inScene(target, async (scene) => {
        const { driver } = scene;
        driver.onRow = (row) => {
          if (row.kind === EventKind.data) driver.echo(row);
        };
        const pair = await scene.pair();
        const sent = new Random(1).bytes(200_000);
        pair.peer.write(sent);
        await scene.untilArrived(pair, sent.length);
        assertSameBytes(pair.peer.received(), sent, 'the echo');
      }),
    );

    it('keeps the order of writes of interleaved connections', inScene(target, interleaves));
    it('keeps the order of writes over many flushes', inScene(target, manyFlushes));

    it(
      'sends nothing for a write of no bytes',
      inScene(target, async (scene) => {
        const pair = await scene.pair();
        scene.driver.order(OrderKind.write, pair.handle, 0, 0);
        scene.driver.flush();
        scene.driver.write(pair.handle, bytesOf('x'));
        scene.driver.flush();
        await scene.untilArrived(pair, 1);
        assert.equal(pair.peer.receivedLength, 1);
      }),
    );

    it(
      'takes a flush of no orders',
      inScene(target, async (scene) => {
        await scene.pair();
        assert.equal(scene.poller.flush(0), 0);
      }),
    );
  });
}

/** The n-th word that a connection is sent: different for each. */
function word(connection: number, turn: number): string {
  return `${connection}:${turn} `;
}

async function interleaves(scene: Scene): Promise<void> {
  const pairs = await scene.pairs(5);
  const expected = pairs.map(() => '');
  for (let turn = 0; turn < 200; turn += 1) {
    for (const [index, { handle }] of pairs.entries()) {
      scene.driver.write(handle, bytesOf(word(index, turn)));
      expected[index] += word(index, turn);
    }
  }
  scene.driver.flush();
  await checkTexts(scene, pairs, expected);
}

async function manyFlushes(scene: Scene): Promise<void> {
  const pairs = await scene.pairs(2);
  const expected = pairs.map(() => '');
  for (let turn = 0; turn < 500; turn += 1) {
    for (const [index, { handle }] of pairs.entries()) {
      scene.driver.write(handle, bytesOf(word(index, turn)));
      expected[index] += word(index, turn);
    }
    scene.driver.flush();
  }
  await checkTexts(scene, pairs, expected);
}

async function checkTexts(scene: Scene, pairs: Pair[], expected: string[]): Promise<void> {
  for (const [index, pair] of pairs.entries()) {
    await scene.untilArrived(pair, expected[index]?.length ?? 0);
    assert.equal(Buffer.from(pair.peer.received()).toString(), expected[index]);
  }
}
