import assert from 'node:assert/strict';
import { EventKind, OrderKind } from '@gev/core';
import type { Runner } from '../runner.js';
import { Random } from './random.js';
import { assertSameBytes, bytesOf, inScene, type Scene } from './scene.js';
import type { PollerTarget } from './target.js';

export function pauseTests({ describe, it }: Runner, target: PollerTarget): void {
  describe('pausing', () => {
    it('holds bytes back and gives them all at a resume', inScene(target, holdsData));
    it(
      'holds bytes back that had arrived before the pause',
      inScene(target, async (scene) => {
        const [pair, other] = [await scene.pair(), await scene.pair()];
        pair.peer.write(bytesOf('early'));
        scene.order(OrderKind.pause, pair.handle);
        await scene.roundTrip(other);
        assert.equal(scene.driver.receivedLength(pair.handle), 0);
        scene.order(OrderKind.resume, pair.handle);
        await scene.untilReceived(pair, 5);
      }),
    );
    it('holds the end back', inScene(target, holdsEnd));
    it('can be done inside a batch', inScene(target, pausesInBatch, { readSize: 1000 }));
    it('does not stop writes', inScene(target, writesWhilePaused));
    it(
      'may be repeated, and so may resuming',
      inScene(target, async (scene) => {
        const pair = await scene.pair();
        scene.order(OrderKind.resume, pair.handle);
        scene.order(OrderKind.pause, pair.handle);
        scene.order(OrderKind.pause, pair.handle);
        scene.order(OrderKind.resume, pair.handle);
        scene.order(OrderKind.resume, pair.handle);
        await scene.roundTrip(pair);
      }),
    );
    it(
      'tells of a reset at the latest when it is over',
      inScene(target, async (scene) => {
        const [pair, other] = [await scene.pair(), await scene.pair()];
        scene.order(OrderKind.pause, pair.handle);
        pair.peer.reset();
        await scene.roundTrip(other);
        scene.order(OrderKind.resume, pair.handle);
        assert((await scene.untilClosed(pair.handle)) > 0);
      }),
    );
    it(
      'does not keep an abort or a close from being carried out',
      inScene(target, async (scene) => {
        const [aborted, closed] = [await scene.pair(), await scene.pair()];
        for (const { handle } of [aborted, closed]) scene.order(OrderKind.pause, handle);
        scene.order(OrderKind.abort, aborted.handle);
        scene.order(OrderKind.close, closed.handle);
        assert.equal(await scene.untilClosed(closed.handle), 0);
        await scene.until(() => aborted.peer.ended || aborted.peer.failed, 'the end');
        await scene.until(() => closed.peer.ended || closed.peer.failed, 'the end');
      }),
    );
  });
}

async function holdsData(scene: Scene): Promise<void> {
  const [pair, other] = [await scene.pair(), await scene.pair()];
  scene.order(OrderKind.pause, pair.handle);
  const sent = new Random(31).bytes(300_000);
  pair.peer.write(sent);
  await scene.roundTrip(other);
  await scene.roundTrip(other);
  assert.equal(scene.driver.receivedLength(pair.handle), 0);
  scene.order(OrderKind.resume, pair.handle);
  await scene.untilReceived(pair, sent.length);
  assertSameBytes(scene.driver.received(pair.handle), sent, 'what came after the resume');
}

async function holdsEnd(scene: Scene): Promise<void> {
  const [pair, other] = [await scene.pair(), await scene.pair()];
  const ended = () => scene.driver.find(EventKind.ended, pair.handle).length;
  scene.order(OrderKind.pause, pair.handle);
  pair.peer.write(bytesOf('the last words'));
  pair.peer.end();
  await scene.roundTrip(other);
  await scene.roundTrip(other);
  assert.equal(ended(), 0);
  scene.order(OrderKind.resume, pair.handle);
  await scene.until(() => ended() > 0, 'an ended row after the resume');
  assert.equal(scene.driver.receivedLength(pair.handle), 14);
}

/** Reads one row at a time, as a loop with a full input buffer would. */
async function pausesInBatch(scene: Scene): Promise<void> {
  const { driver } = scene;
  const [pair, other] = [await scene.pair(), await scene.pair()];
  driver.onRow = ({ kind, handle }) => {
    if (kind === EventKind.data && handle === pair.handle) driver.order(OrderKind.pause, handle);
  };
  const sent = new Random(32).bytes(10_000);
  pair.peer.write(sent);
  pair.peer.end();
  while (driver.receivedLength(pair.handle) < sent.length) {
    const before = driver.receivedLength(pair.handle);
    await scene.untilReceived(pair, before + 1);
    await scene.roundTrip(other);
    scene.order(OrderKind.resume, pair.handle);
  }
  await scene.until(() => driver.find(EventKind.ended, pair.handle).length > 0, 'ended');
  assertSameBytes(driver.received(pair.handle), sent, 'what the poller read');
}

async function writesWhilePaused(scene: Scene): Promise<void> {
  const pair = await scene.pair();
  scene.order(OrderKind.pause, pair.handle);
  const sent = new Random(33).bytes(300_000);
  scene.driver.write(pair.handle, sent);
  scene.driver.flush();
  await scene.untilArrived(pair, sent.length);
  assertSameBytes(pair.peer.received(), sent, 'what the peer read');
}
