import assert from 'node:assert/strict';
import { EventKind, generationOf, isGevError, OrderKind, slotOf } from '@gev/core';
import type { Runner } from '../runner.js';
import { bytesOf, inScene, type Scene } from './scene.js';
import type { PollerTarget } from './target.js';

export function misuseTests({ describe, it }: Runner, target: PollerTarget): void {
  describe('misuse', () => {
    it('survives orders that make no sense', inScene(target, senselessOrders));
    it('survives a wrong number of orders', inScene(target, wrongCounts));
    it(
      'passes over writes to a listener',
      inScene(target, async (scene) => {
        const listening = await scene.listen();
        scene.driver.write(listening.handle, bytesOf('to nobody'));
        scene.order(OrderKind.shutdown, listening.handle);
        const pair = await scene.pair(listening);
        assert.equal(pair.peer.receivedLength, 0);
        await scene.roundTrip(pair);
      }),
    );
    it(
      'knows no addresses of handles that never were',
      inScene(target, async ({ poller }) => {
        for (const handle of [0, 5, -1, 2 ** 52, Number.NaN]) {
          assert.equal(poller.remoteAddress(handle), undefined);
          assert.equal(poller.localAddress(handle), undefined);
          assert.equal(poller.queueCapacity(handle), 0);
        }
      }),
    );
    it('sends nothing after a shutdown', inScene(target, writesAfterShutdown));
    it('sends nothing after a close', inScene(target, writesAfterClose));
  });
}

/** A flush that may refuse, but only with a coded error. */
function flushOrRefuse(act: () => void): void {
  try {
    act();
  } catch (error) {
    assert(isGevError(error), `not a GevError: ${String(error)}`);
  }
}

async function senselessOrders(scene: Scene): Promise<void> {
  const { driver, poller } = scene;
  const pair = await scene.pair();
  const [slot, generation] = [slotOf(pair.handle), generationOf(pair.handle)];
  const end = poller.memory.arena.length;
  const { write } = OrderKind;
  const rows = [
    [write, slot, generation, end - 1, 2, 0],
    [write, slot, generation, -1, 4, 0],
    [write, slot, generation, 0, -1, 0],
    [write, slot, generation, 2 ** 31 - 1, 2 ** 31 - 1, 0],
    [write, slot, generation, -(2 ** 31), -(2 ** 31), 0],
    [0, slot, generation, 0, 0, 0],
    [99, slot, generation, 0, 4, 0],
    [-1, slot, generation, 0, 4, 0],
    [write, -1, generation, 0, 4, 0],
    [write, 2 ** 31 - 1, generation, 0, 4, 0],
    [write, poller.memory.maxHandles, generation, 0, 4, 0],
    [write, slot, 0, 0, 4, 0],
    [write, slot, -generation, 0, 4, 0],
    [OrderKind.close, slot + 1, generation, 0, 0, 0],
  ];
  for (const row of rows) {
    driver.orderRow(row);
    flushOrRefuse(() => driver.flush());
  }
  driver.write(pair.handle, bytesOf('sane'));
  driver.flush();
  await scene.untilArrived(pair, 4);
  assert.equal(Buffer.from(pair.peer.received()).toString(), 'sane');
  await scene.roundTrip(pair);
}

async function wrongCounts(scene: Scene): Promise<void> {
  const { poller } = scene;
  const pair = await scene.pair();
  poller.memory.orders.fill(0);
  for (const count of [-1, poller.memory.maxOrders + 1, 2 ** 31, 1.5, Number.NaN]) {
    flushOrRefuse(() => assert.equal(poller.flush(count), 0));
  }
  await scene.roundTrip(pair);
}

/** Dropped, or answered as send(2) does with EPIPE; never sent. */
async function writesAfterShutdown(scene: Scene): Promise<void> {
  const pair = await scene.pair();
  scene.driver.write(pair.handle, bytesOf('before'));
  scene.driver.order(OrderKind.shutdown, pair.handle);
  scene.driver.write(pair.handle, bytesOf('after'));
  scene.driver.flush();
  await scene.until(() => pair.peer.ended || pair.peer.failed, 'the peer finds the end');
  assert(pair.peer.receivedLength <= 6, Buffer.from(pair.peer.received()).toString());
}

async function writesAfterClose(scene: Scene): Promise<void> {
  const [pair, other] = [await scene.pair(), await scene.pair()];
  scene.driver.write(pair.handle, bytesOf('before'));
  scene.driver.order(OrderKind.close, pair.handle);
  scene.driver.write(pair.handle, bytesOf('after'));
  scene.driver.flush();
  assert.equal(await scene.untilClosed(pair.handle), 0);
  await scene.until(() => pair.peer.ended, 'the peer finds the end');
  assert.equal(Buffer.from(pair.peer.received()).toString(), 'before');
  await scene.roundTrip(other);
  assert.equal(scene.driver.find(EventKind.closed, other.handle).length, 0);
}
