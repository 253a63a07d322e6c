import assert from 'node:assert/strict';
import { EventKind, generationOf, OrderKind, slotOf } from '@gev/core';
import type { Runner } from '../runner.js';
import { bytesOf, inScene, type Pair, type Scene } from './scene.js';
import type { PollerTarget } from './target.js';

export function slotTests({ describe, it }: Runner, target: PollerTarget): void {
  describe('slots and generations', () => {
    // One listener and one connection: the second connection must use the slot of the first.
    const small = { maxHandles: 2 };

    it(
      'raise the generation when a slot is used again',
      inScene(
        target,
        async (scene) => {
          const [before, after] = await reuse(scene, OrderKind.close);
          assert.equal(slotOf(after.handle), slotOf(before.handle));
          assert(generationOf(after.handle) > generationOf(before.handle));
        },
        small,
      ),
    );
    it(
      'drop orders for the generation before',
      inScene(target, (scene) => dropsStale(scene, OrderKind.abort), small),
    );
    it(
      'drop orders for a handle that was closed in order',
      inScene(target, (scene) => dropsStale(scene, OrderKind.close), small),
    );
    it('drop orders after an abort in the same flush', inScene(target, abortThenWrite));
    it(
      'drop orders for a handle that was aborted earlier in the same batch',
      inScene(target, abortsInBatch),
    );
    it(
      'are free for connect() right after an abort',
      inScene(
        target,
        async (scene) => {
          const server = await scene.peers.serve(scene.address);
          const first = scene.driver.connect(server.address);
          scene.order(OrderKind.abort, first);
          const second = scene.driver.connect(server.address);
          assert.equal(slotOf(second), slotOf(first));
          await scene.until(
            () => scene.driver.find(EventKind.connected, second).length > 0,
            'a connected row',
          );
        },
        { maxHandles: 1 },
      ),
    );
    it('start with nothing queued', inScene(target, startsEmpty, small));
  });
}

async function reuse(scene: Scene, how: 3 | 4): Promise<[Pair, Pair]> {
  const before = await scene.pair();
  scene.order(how, before.handle);
  if (how === OrderKind.close) await scene.untilClosed(before.handle);
  return [before, await scene.pair()];
}

async function dropsStale(scene: Scene, how: 3 | 4): Promise<void> {
  const [before, after] = await reuse(scene, how);
  scene.driver.write(before.handle, bytesOf('stale'));
  scene.driver.order(OrderKind.pause, before.handle);
  scene.driver.order(OrderKind.shutdown, before.handle);
  scene.driver.order(OrderKind.close, before.handle);
  scene.order(OrderKind.abort, before.handle);
  await scene.roundTrip(after);
  scene.driver.write(after.handle, bytesOf('fresh'));
  scene.driver.flush();
  await scene.untilArrived(after, 5);
  assert.equal(Buffer.from(after.peer.received()).toString(), 'fresh');
  assert.equal(scene.driver.closed(after.handle), undefined);
}

async function abortThenWrite(scene: Scene): Promise<void> {
  const [pair, other] = [await scene.pair(), await scene.pair()];
  scene.driver.order(OrderKind.abort, pair.handle);
  scene.driver.write(pair.handle, bytesOf('after'));
  scene.driver.write(other.handle, bytesOf('other'));
  scene.driver.order(OrderKind.close, pair.handle);
  scene.driver.flush();
  assert.deepEqual(scene.driver.results, []);
  await scene.untilArrived(other, 5);
  await scene.until(() => pair.peer.ended || pair.peer.failed, 'the peer finds the end');
  assert.equal(pair.peer.receivedLength, 0);
}

/** The first row of a batch ends all other connections, whose rows may follow in it. */
async function abortsInBatch(scene: Scene): Promise<void> {
  const { driver } = scene;
  const pairs = await scene.pairs(10);
  let survivor: number | undefined;
  driver.onRow = (row) => {
    if (row.kind !== EventKind.data) return;
    if (survivor === undefined) {
      survivor = row.handle;
      for (const { handle } of pairs) {
        if (handle !== survivor) driver.order(OrderKind.abort, handle);
      }
      driver.flush();
    }
    driver.echo(row);
  };
  for (const { peer } of pairs) peer.write(bytesOf('ping'));
  await scene.until(
    () => pairs.every(({ peer }) => peer.ended || peer.failed || peer.receivedLength === 4),
    'every peer has an answer or the end',
  );
  const answered = pairs.filter(({ peer }) => peer.receivedLength > 0);
  assert.deepEqual(
    answered.map(({ handle }) => handle),
    [survivor],
  );
}

async function startsEmpty(scene: Scene): Promise<void> {
  const before = await scene.pair();
  await scene.pileUp(before, 100_000, (count) => new Uint8Array(count));
  scene.order(OrderKind.abort, before.handle);
  const after = await scene.pair();
  assert.equal(slotOf(after.handle), slotOf(before.handle));
  before.peer.resume();
  await scene.roundTrip(after);
  assert.equal(scene.queued(after), 0);
  assert.equal(scene.driver.find(EventKind.backlog, after.handle).length, 0);
}
