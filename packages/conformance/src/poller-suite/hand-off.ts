import assert from 'node:assert/strict';
import { OrderKind } from '@gev/core';
import type { Runner } from '../runner.js';
import { PollerDriver } from './driver.js';
import { Random } from './random.js';
import { assertSameBytes, bytesOf, inScene, type Scene } from './scene.js';
import type { PollerTarget } from './target.js';

const PILE = 100_000;

export function handOffTests({ describe, it }: Runner, target: PollerTarget): void {
  describe('hand-off', () => {
    const gated = (body: (scene: Scene) => Promise<void>) =>
      inScene(target, async (scene) => {
        if (scene.poller.supports.handOff) return body(scene);
        const { handle } = await scene.pair();
        const unsupported = { code: 'ERR_GEV_UNSUPPORTED' };
        assert.throws(() => scene.poller.release(handle), unsupported);
        assert.throws(() => scene.poller.adopt(0), unsupported);
      });
    it('moves a connection to another poller', gated(moves));
    it('refuses a connection with bytes unsent', gated(refusesUnsent));
    it('refuses a handle that is gone', gated(refusesGone));
  });
}

async function moves(scene: Scene): Promise<void> {
  const pair = await scene.pair();
  const [early, late] = [new Random(51).bytes(5000), new Random(52).bytes(5000)];
  scene.order(OrderKind.pause, pair.handle);
  pair.peer.write(early);
  const descriptor = scene.poller.release(pair.handle);
  scene.driver.invariants.removeHandle(pair.handle);
  assert.equal(scene.poller.remoteAddress(pair.handle), undefined);
  const next = scene.target.create();
  const driver = new PollerDriver(next);
  next.start(driver);
  const handle = next.adopt(descriptor);
  driver.invariants.addHandle(handle, true);
  assert.deepEqual(next.remoteAddress(handle), pair.peer.local);
  pair.peer.write(late);
  await scene.until(() => driver.receivedLength(handle) >= 10_000, 'the other poller reads');
  assertSameBytes(driver.received(handle), Buffer.concat([early, late]), 'what it read');
  driver.write(handle, bytesOf('moved'));
  driver.flush();
  await scene.untilArrived(pair, 5);
  driver.stop();
  assert.deepEqual(driver.invariants.faults, []);
}

async function refusesUnsent(scene: Scene): Promise<void> {
  const pair = await scene.pair();
  await scene.pileUp(pair, PILE, (count) => new Uint8Array(count));
  assert.throws(() => scene.poller.release(pair.handle), { code: 'ERR_GEV_POLLER_STATE' });
  pair.peer.resume();
  await scene.until(() => scene.queued(pair) === 0, 'the queue empties');
  await scene.roundTrip(pair);
}

async function refusesGone(scene: Scene): Promise<void> {
  const { handle } = await scene.pair();
  scene.order(OrderKind.abort, handle);
  assert.throws(() => scene.poller.release(handle), { code: 'ERR_GEV_CLOSED' });
}
