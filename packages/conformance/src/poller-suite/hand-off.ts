import assert from 'node:assert/strict';
import { EventKind, OrderKind, type Poller } from '@gev/core';
import type { Runner } from '../runner.js';
import { PollerDriver } from './driver.js';
import { Random } from './random.js';
import { assertSameBytes, bytesOf, inScene, type Pair, type Scene } from './scene.js';
import type { PollerTarget } from './target.js';

const PILE = 100_000;
/** More connections than rows in a batch of the receiver. */
const MANY = 40;
const FEW_ROWS = { batch: 7 };

export function handOffTests({ describe, it }: Runner, target: PollerTarget): void {
  describe('hand-off', () => {
    const gated = (body: (scene: Scene) => Promise<void>) =>
      inScene(target, async (scene) => {
        if (scene.poller.supports.handOff) return body(scene);
        const { handle } = await scene.pair();
        const unsupported = { code: 'ERR_GEV_UNSUPPORTED' };
        assert.throws(() => scene.poller.release(handle), unsupported);
        assert.throws(() => scene.poller.adopt(0), unsupported);
        assert.throws(() => scene.poller.handOver(handle, 1, 0), unsupported);
      });
    it('moves a connection to another poller', gated(moves));
    it('hands a connection over, with its tag and its bytes', gated(handsOver));
    it('hands over more than a batch holds', gated(handsOverMany));
    it('hands over to itself', gated(handsOverToItself));
    it('keeps a connection that nobody takes', gated(keepsWhatNobodyTakes));
    it('closes what finds no handle, and tells', gated(tellsNoHandle));
    it('closes what was handed to a poller that stops', gated(closesAtStop));
    it('refuses a connection with bytes unsent', gated(refusesUnsent));
    it('refuses a handle that is gone', gated(refusesGone));
    it('refuses a tag that is no tag', gated(refusesTags));
  });
}

/** Another poller of the same kind, with its driver. */
interface Other {
  readonly poller: Poller;
  readonly driver: PollerDriver;
}

function another(scene: Scene, options = {}): Other {
  const poller = scene.target.create(options);
  const driver = new PollerDriver(poller);
  poller.start(driver);
  return { poller, driver };
}

function handOver(scene: Scene, { handle }: Pair, to: Poller, tag: number): boolean {
  const given = scene.poller.handOver(handle, to.mailbox, tag);
  if (given) scene.driver.invariants.removeHandle(handle);
  return given;
}

async function moves(scene: Scene): Promise<void> {
  const pair = await scene.pair();
  const [early, late] = [new Random(51).bytes(5000), new Random(52).bytes(5000)];
  scene.order(OrderKind.pause, pair.handle);
  pair.peer.write(early);
  const descriptor = scene.poller.release(pair.handle);
  scene.driver.invariants.removeHandle(pair.handle);
  assert.equal(scene.poller.remoteAddress(pair.handle), undefined);
  const { poller: next, driver } = another(scene);
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

async function handsOver(scene: Scene): Promise<void> {
  const pair = await scene.pair();
  const { poller, driver } = another(scene);
  const [early, late] = [new Random(53).bytes(5000), new Random(54).bytes(5000)];
  scene.order(OrderKind.pause, pair.handle);
  pair.peer.write(early);
  assert.equal(handOver(scene, pair, poller, -7), true);
  assert.equal(scene.poller.remoteAddress(pair.handle), undefined);
  await scene.until(() => driver.find(EventKind.adopted).length === 1, 'it is taken in');
  const { handle, detail } = driver.find(EventKind.adopted)[0]!;
  assert.equal(detail, -7, 'the tag');
  assert.deepEqual(poller.remoteAddress(handle), pair.peer.local);
  pair.peer.write(late);
  await scene.until(() => driver.receivedLength(handle) >= 10_000, 'the other poller reads');
  assertSameBytes(driver.received(handle), Buffer.concat([early, late]), 'what it read');
  driver.write(handle, bytesOf('moved'));
  driver.order(OrderKind.close, handle);
  driver.flush();
  await scene.until(() => pair.peer.ended, 'the peer is told of the end');
  assertSameBytes(pair.peer.received(), bytesOf('moved'), 'what came back');
  driver.stop();
  assert.deepEqual(driver.invariants.faults, []);
}

async function handsOverMany(scene: Scene): Promise<void> {
  const pairs = await scene.pairs(MANY);
  const { poller, driver } = another(scene, FEW_ROWS);
  for (const [tag, pair] of pairs.entries()) assert(handOver(scene, pair, poller, tag));
  await scene.until(() => driver.find(EventKind.adopted).length === MANY, 'all are taken in');
  const rows = driver.find(EventKind.adopted);
  assert.deepEqual(
    rows.map((row) => row.detail),
    pairs.map((_, tag) => tag),
  );
  for (const { handle, detail } of rows) driver.write(handle, Uint8Array.of(detail));
  driver.flush();
  for (const [tag, pair] of pairs.entries()) {
    await scene.untilArrived(pair, 1);
    assert.equal(pair.peer.received()[0], tag);
  }
  driver.stop();
  assert.deepEqual(driver.invariants.faults, []);
}

async function handsOverToItself(scene: Scene): Promise<void> {
  const pair = await scene.pair();
  assert(handOver(scene, pair, scene.poller, 3));
  await scene.until(() => scene.driver.find(EventKind.adopted).length === 1, 'it comes back');
  const { handle } = scene.driver.find(EventKind.adopted)[0]!;
  assert.notEqual(handle, pair.handle);
  await scene.roundTrip({ peer: pair.peer, handle });
}

async function keepsWhatNobodyTakes(scene: Scene): Promise<void> {
  const pair = await scene.pair();
  const { poller, driver } = another(scene);
  driver.stop();
  assert.equal(handOver(scene, pair, poller, 0), false);
  await scene.roundTrip(pair);
  scene.order(OrderKind.pause, pair.handle);
  assert.equal(handOver(scene, pair, poller, 0), false);
  scene.order(OrderKind.resume, pair.handle);
  await scene.roundTrip(pair);
}

async function tellsNoHandle(scene: Scene): Promise<void> {
  const [first, second] = await scene.pairs(2);
  const { poller, driver } = another(scene, { maxHandles: 1 });
  assert(handOver(scene, first!, poller, 1));
  assert(handOver(scene, second!, poller, 2));
  await scene.until(() => driver.find(EventKind.adoptFailed).length === 1, 'a failure is told');
  assert.equal(driver.find(EventKind.adoptFailed)[0]!.offset, 2, 'the tag');
  await scene.until(() => second!.peer.ended || second!.peer.failed, 'the peer is told');
  assert.equal(driver.find(EventKind.adopted).length, 1);
  driver.stop();
  assert.deepEqual(driver.invariants.faults, []);
}

async function closesAtStop(scene: Scene): Promise<void> {
  const [first, second] = await scene.pairs(2);
  const waiting = scene.target.create();
  assert(handOver(scene, first!, waiting, 0));
  waiting.stop();
  await scene.until(() => first!.peer.ended || first!.peer.failed, 'the peer is told');
  await scene.roundTrip(second!);
}

async function refusesUnsent(scene: Scene): Promise<void> {
  const pair = await scene.pair();
  await scene.pileUp(pair, PILE, (count) => new Uint8Array(count));
  const refused = { code: 'ERR_GEV_POLLER_STATE' };
  assert.throws(() => scene.poller.release(pair.handle), refused);
  assert.throws(() => scene.poller.handOver(pair.handle, scene.poller.mailbox, 0), refused);
  pair.peer.resume();
  await scene.until(() => scene.queued(pair) === 0, 'the queue empties');
  await scene.roundTrip(pair);
}

async function refusesGone(scene: Scene): Promise<void> {
  const { handle } = await scene.pair();
  scene.order(OrderKind.abort, handle);
  const refused = { code: 'ERR_GEV_CLOSED' };
  assert.throws(() => scene.poller.release(handle), refused);
  assert.throws(() => scene.poller.handOver(handle, scene.poller.mailbox, 0), refused);
}

async function refusesTags(scene: Scene): Promise<void> {
  const pair = await scene.pair();
  for (const tag of [1.5, 2 ** 31, Number.NaN]) {
    assert.throws(() => scene.poller.handOver(pair.handle, scene.poller.mailbox, tag), {
      code: 'ERR_GEV_INVALID_OPTION',
    });
  }
  await scene.roundTrip(pair);
}
