import assert from 'node:assert/strict';
import { EventKind, OrderKind } from '@gev/core';
import type { Runner } from '../runner.js';
import { Random } from './random.js';
import { assertSameBytes, bytesOf, inScene, type Pair, type Scene } from './scene.js';
import type { PollerTarget } from './target.js';

const PILE = 1024 * 1024;

export function backpressureTests({ describe, it }: Runner, target: PollerTarget): void {
  describe('back-pressure', () => {
    it('queues what a peer does not read, and tells so', inScene(target, tellsBacklog));
    it('tells what memory it keeps unsent bytes in', inScene(target, tellsCapacity));
    it('delivers every queued byte in order', inScene(target, deliversAll));
    it(
      'tells of room only at none when the low watermark is 0',
      inScene(target, deliversAll, { lowWatermark: 0 }),
    );
    it('tells of room under the low watermark', inScene(target, watermark, { lowWatermark: PILE }));
    it('does not let one slow reader hold up others', inScene(target, slowBesideQuick));
    it('shows what a failed connection left unsent', inScene(target, leavesUnsent));
    it('forgets what is queued with an abort', inScene(target, abortsBacklog));
  });
}

function backlogResults(scene: Scene, { handle }: Pair): number {
  return scene.driver.results.filter(
    (row) => row.handle === handle && row.kind === EventKind.backlog,
  ).length;
}

async function tellsBacklog(scene: Scene): Promise<void> {
  const random = new Random(11);
  const [slow, idle] = [await scene.pair(), await scene.pair()];
  assert.equal(scene.queued(slow), 0);
  await scene.pileUp(slow, PILE, (count) => random.bytes(count));
  assert(backlogResults(scene, slow) > 0, 'no flush told of what it left behind');
  assert.equal(backlogResults(scene, idle), 0);
  assert.equal(scene.queued(idle), 0);
}

/** It may keep more than what is unsent, but not without end. */
async function tellsCapacity(scene: Scene): Promise<void> {
  const random = new Random(17);
  const [slow, idle] = [await scene.pair(), await scene.pair()];
  const capacityOf = ({ handle }: Pair) => scene.poller.queueCapacity(handle);
  assert.equal(capacityOf(slow), 0);
  const { length } = await scene.pileUp(slow, PILE, (count) => random.bytes(count));
  assert.equal(capacityOf(idle), 0);
  const capacity = capacityOf(slow);
  assert(capacity >= scene.queued(slow), `${capacity} bytes for ${scene.queued(slow)}`);
  assert(capacity <= 2 * length, `${capacity} bytes for ${length} that were sent`);
  slow.peer.resume();
  await scene.untilArrived(slow, length);
  await scene.until(() => scene.queued(slow) === 0, 'the queue empties');
  assert.equal(capacityOf(slow), 0);
}

async function deliversAll(scene: Scene): Promise<void> {
  const random = new Random(12);
  const pair = await scene.pair();
  const sent = await scene.pileUp(pair, PILE, (count) => random.bytes(count));
  const told = () => scene.driver.find(EventKind.backlog, pair.handle);
  const before = told().length;
  pair.peer.resume();
  await scene.untilArrived(pair, sent.length);
  await scene.until(() => told().length > before, 'a backlog event');
  await scene.until(() => told().at(-1)?.queued === 0, 'a backlog event at none');
  assert.equal(scene.queued(pair), 0);
  assertSameBytes(pair.peer.received(), sent, 'what the peer read');
}

/** As a loop does it: no more writes after a backlog until the event allows them. */
async function watermark(scene: Scene): Promise<void> {
  const random = new Random(13);
  const pair = await scene.pair();
  const first = await scene.pileUp(pair, 2 * PILE, (count) => random.bytes(count));
  const more = random.bytes(1000);
  let resumed = false;
  scene.driver.onRow = (row) => {
    if (row.kind !== EventKind.backlog || resumed) return;
    resumed = true;
    scene.driver.write(pair.handle, more);
  };
  pair.peer.resume();
  await scene.untilArrived(pair, first.length + more.length);
  assertSameBytes(pair.peer.received(), Buffer.concat([first, more]), 'what the peer read');
}

async function slowBesideQuick(scene: Scene): Promise<void> {
  const random = new Random(14);
  const [slow, quick] = [await scene.pair(), await scene.pair()];
  await scene.pileUp(slow, PILE, (count) => random.bytes(count));
  for (let turn = 1; turn <= 20; turn += 1) {
    scene.driver.write(quick.handle, bytesOf('quick'));
    scene.driver.write(slow.handle, bytesOf('slow'));
    scene.driver.flush();
    await scene.untilArrived(quick, 5 * turn);
  }
  assert(scene.queued(slow) >= PILE);
}

async function leavesUnsent(scene: Scene): Promise<void> {
  const random = new Random(16);
  const [pair, other] = [await scene.pair(), await scene.pair()];
  await scene.pileUp(pair, PILE, (count) => random.bytes(count));
  pair.peer.reset();
  await scene.untilClosed(pair.handle);
  await scene.roundTrip(other);
  assert((scene.driver.closed(pair.handle)?.queued ?? 0) > 0, 'none when closed was told');
  assert(scene.queued(pair) > 0, 'none a batch later, though nobody has the slot');
}

async function abortsBacklog(scene: Scene): Promise<void> {
  const random = new Random(15);
  const [pair, other] = [await scene.pair(), await scene.pair()];
  const sent = await scene.pileUp(pair, PILE, (count) => random.bytes(count));
  scene.order(OrderKind.abort, pair.handle);
  pair.peer.resume();
  await scene.until(() => pair.peer.ended || pair.peer.failed, 'the peer finds the end');
  assert(pair.peer.receivedLength < sent.length, 'what was queued was sent after all');
  await scene.roundTrip(other);
}
