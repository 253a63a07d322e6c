import assert from 'node:assert/strict';
import { EventKind, OrderKind, slotOf } from '@gev/core';
import type { Runner } from '../runner.js';
import { inScene, type Scene } from './scene.js';
import type { PollerTarget } from './target.js';

/** Connections that dial at the same time. */
const BURST = 500;
const RESETS = 20;

export function acceptTests({ describe, it }: Runner, target: PollerTarget): void {
  describe('accepting', () => {
    it(
      'tells the new handle and its listener',
      inScene(target, async (scene) => {
        const [first, second] = [await scene.listen(), await scene.listen()];
        await scene.pair(second);
        await scene.pair(first);
        const details = scene.driver.find(EventKind.accepted).map((row) => row.detail);
        assert.deepEqual(details, [slotOf(second.handle), slotOf(first.handle)]);
      }),
    );

    it(
      'knows both addresses of a connection until it is gone',
      inScene(target, async (scene) => {
        const listening = await scene.listen();
        const { peer, handle } = await scene.pair(listening);
        assert.deepEqual(scene.poller.remoteAddress(handle), peer.local);
        assert.deepEqual(scene.poller.localAddress(handle), listening.address);
        scene.order(OrderKind.abort, handle);
        assert.equal(scene.poller.remoteAddress(handle), undefined);
        assert.equal(scene.poller.localAddress(handle), undefined);
      }),
    );

    it(
      `takes ${BURST} connections at once`,
      inScene(target, (scene) => burst(scene, BURST)),
    );
    it(
      'loses none of 50 connections with two rows a batch',
      inScene(target, (scene) => burst(scene, 50), { batch: 2 }),
    );
    it(
      'loses none of 50 connections with one row a batch',
      inScene(target, (scene) => burst(scene, 50), { batch: 1 }),
    );

    it('knows the peer of a connection that is reset at once', inScene(target, resetAtOnce));
    it('stops at a pause and goes on at a resume', inScene(target, pausedListener));
    it(
      'reports that no handle is free, and goes on at a resume',
      inScene(target, fullTable, { maxHandles: 3 }),
    );
  });
}

/** Every peer says who it is as it comes, gets it back, and is told apart. */
async function burst(scene: Scene, count: number): Promise<void> {
  const { driver } = scene;
  driver.onRow = (row) => {
    if (row.kind === EventKind.data) driver.echo(row);
  };
  const { address } = await scene.listen();
  const dialled = Array.from({ length: count }, () => scene.dial(address));
  const peers = await Promise.all(dialled);
  for (const [index, peer] of peers.entries()) peer.write(Uint8Array.of(index >> 8, index & 255));
  await scene.until(
    () => peers.every((peer) => peer.receivedLength === 2),
    `${count} peers get their answers`,
  );
  assert.equal(new Set(scene.accepted).size, count);
  for (const [index, peer] of peers.entries()) {
    assert.deepEqual([...peer.received()], [index >> 8, index & 255]);
  }
}

/** The rows of its beginning and its end may come in one batch. */
async function resetAtOnce(scene: Scene): Promise<void> {
  const { driver, poller } = scene;
  const remote: unknown[] = [];
  driver.onRow = (row) => {
    if (row.kind === EventKind.accepted) remote.push(poller.remoteAddress(row.handle));
  };
  const { address } = await scene.listen();
  for (let count = 0; count < RESETS; count += 1) (await scene.dial(address)).reset();
  // Told of after all others that are told of at all.
  (await scene.dial(address)).write(Uint8Array.of(1));
  await scene.until(() => driver.find(EventKind.data).length === 1, 'the last is read');
  assert(!remote.includes(undefined), 'an accepted row has no peer');
}

async function pausedListener(scene: Scene): Promise<void> {
  const [paused, open] = [await scene.listen(), await scene.listen()];
  scene.order(OrderKind.pause, paused.handle);
  const waiting = await scene.dial(paused.address);
  await scene.pair(open);
  await scene.pair(open);
  assert.equal(scene.accepted.length, 2);
  waiting.write(Uint8Array.of(1));
  scene.order(OrderKind.resume, paused.handle);
  await scene.until(() => scene.driver.find(EventKind.data).length === 1, 'the third is read');
  assert.equal(scene.accepted.length, 3);
}

/** One listener and two connections fill the table. */
async function fullTable(scene: Scene): Promise<void> {
  const listening = await scene.listen();
  const { handle } = await scene.pair(listening);
  await scene.pair(listening);
  await scene.dial(listening.address);
  await scene.until(
    () => scene.driver.find(EventKind.acceptFailed).length > 0,
    'an acceptFailed row',
  );
  const failed = scene.driver.find(EventKind.acceptFailed);
  assert.equal(failed.length, 1, 'it sleeps after the first failure');
  assert.equal(failed[0]?.handle, listening.handle);
  scene.order(OrderKind.abort, handle);
  scene.order(OrderKind.resume, listening.handle);
  await scene.pair(listening);
}
