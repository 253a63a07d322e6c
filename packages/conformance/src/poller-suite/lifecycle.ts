import assert from 'node:assert/strict';
import { EventKind, isGevError, OrderKind } from '@gev/core';
import type { Runner } from '../runner.js';
import { bytesOf, inScene, type Scene } from './scene.js';
import type { PollerTarget } from './target.js';
import { turns } from './waiting.js';

/** Turns of the thread's loop in which something unwanted would have happened. */
const A_WHILE = 200;

export function lifecycleTests({ describe, it }: Runner, target: PollerTarget): void {
  describe('life cycle', () => {
    it(
      'takes one sink, once',
      inScene(target, async ({ poller, driver }) => {
        assert.throws(() => poller.start(driver), { code: 'ERR_GEV_POLLER_STATE' });
      }),
    );

    it(
      'makes no batch while nothing happens',
      inScene(target, async (scene) => {
        await scene.pair();
        await turns(A_WHILE);
        const { batches } = scene.driver;
        await turns(A_WHILE);
        assert.equal(scene.driver.batches, batches);
      }),
    );

    it(
      'delivers nothing more after stop()',
      inScene(target, async (scene) => {
        const pair = await scene.pair();
        pair.peer.write(bytesOf('late'));
        scene.driver.stop();
        await turns(A_WHILE);
        assert.equal(scene.driver.receivedLength(pair.handle), 0);
      }),
    );

    it(
      'can be stopped inside a batch',
      inScene(target, async (scene) => {
        const pairs = await scene.pairs(3);
        scene.driver.onRow = () => scene.driver.stop();
        for (const { peer } of pairs) peer.write(bytesOf('stop'));
        await scene.until(() => scene.driver.find(EventKind.data).length > 0, 'a data row');
        await turns(A_WHILE);
        assert.equal(scene.driver.find(EventKind.data).length, 1);
      }),
    );

    it(
      'ends every connection and frees the address on stop()',
      inScene(target, async (scene) => {
        const { address } = await scene.listen();
        const pair = await scene.pair({ handle: 0, address });
        scene.driver.stop();
        await scene.until(() => pair.peer.ended || pair.peer.failed, 'the peer finds the end');
        const next = target.create();
        assert.deepEqual((await next.listen(address)).address, address);
        next.stop();
      }),
    );

    it(
      'may be stopped again',
      inScene(target, async ({ poller, driver }) => {
        driver.stop();
        poller.stop();
      }),
    );

    it('refuses calls after stop()', inScene(target, refusesAfterStop));

    it('can be stopped before it was started', () => {
      target.create().stop();
    });
  });
}

async function refusesAfterStop(scene: Scene): Promise<void> {
  const { poller, driver } = scene;
  const { handle, address } = await scene.listen();
  driver.stop();
  const state = { code: 'ERR_GEV_POLLER_STATE' };
  assert.throws(() => poller.start(driver), state);
  assert.throws(() => poller.connect(address), state);
  await assert.rejects(async () => poller.listen(scene.address), state);
  assert.equal(poller.localAddress(handle), undefined);
  assert.equal(poller.remoteAddress(handle), undefined);
  poller.memory.orders.fill(0);
  try {
    assert.equal(poller.flush(1), 0);
  } catch (error) {
    assert(isGevError(error) && error.code === 'ERR_GEV_POLLER_STATE', String(error));
  }
}

/** Orders that make sense for a listener. */
export function listenerTests({ describe, it }: Runner, target: PollerTarget): void {
  describe('listeners', () => {
    it(
      'tell the port that they got for port 0',
      inScene(target, async (scene) => {
        const { handle, address } = await scene.listen();
        assert(address.transport === 'tcp' && address.port > 0, JSON.stringify(address));
        assert.deepEqual(scene.poller.localAddress(handle), address);
      }),
    );

    it(
      'refuse an address that is in use',
      inScene(target, async (scene) => {
        const { address } = await scene.listen();
        const again = scene.poller.listen(address);
        await assert.rejects(again, { name: 'GevError', code: 'ERR_GEV_ADDRESS_IN_USE' });
        const other = target.create();
        await assert.rejects(other.listen(address), { code: 'ERR_GEV_ADDRESS_IN_USE' });
        other.stop();
      }),
    );

    it(
      'take no host names',
      inScene(target, async ({ poller }) => {
        const address = { transport: 'tcp', host: 'no-literal.invalid', port: 0 } as const;
        await assert.rejects(async () => poller.listen(address), { name: 'GevError' });
      }),
    );

    it(
      'share a port where that is supported, and say so where not',
      inScene(target, async (scene) => {
        if (!scene.poller.supports.reusePort) {
          const refused = async () => scene.poller.listen(scene.address, { reusePort: true });
          return assert.rejects(refused, { code: 'ERR_GEV_UNSUPPORTED' });
        }
        const { address } = await scene.listen(scene.address, { reusePort: true });
        await scene.listen(address, { reusePort: true });
        await scene.pair({ handle: 0, address });
      }),
    );

    it('close in order, their connections stay', inScene(target, closesListener));
    it('end at once by an abort, unanswered', inScene(target, abortsListener));
  });
}

async function closesListener(scene: Scene): Promise<void> {
  const listening = await scene.listen();
  const pair = await scene.pair(listening);
  scene.order(OrderKind.close, listening.handle);
  assert.equal(await scene.untilClosed(listening.handle), 0);
  assert.equal(scene.poller.localAddress(listening.handle), undefined);
  await assert.rejects(scene.dial(listening.address));
  await scene.roundTrip(pair);
}

async function abortsListener(scene: Scene): Promise<void> {
  const listening = await scene.listen();
  scene.order(OrderKind.abort, listening.handle);
  await assert.rejects(scene.dial(listening.address));
  await turns(A_WHILE);
  assert.deepEqual(scene.driver.rows, []);
  assert.deepEqual(scene.driver.results, []);
}
