import assert from 'node:assert/strict';
import { constants } from 'node:os';
import {
  type BatchOptions,
  EventKind,
  type HandOverResult,
  OrderKind,
  type Poller,
} from '@gev/core';
import type { Runner } from '../runner.js';
import { PollerDriver } from './driver.js';
import { Random } from './random.js';
import { assertSameBytes, bytesOf, inScene, type Pair, type Scene } from './scene.js';
import type { PollerTarget } from './target.js';

const PILE = 100_000;
/** More connections than rows in a batch of the receiver. */
const MANY = 40;
const FEW_ROWS = { batch: 7 };
/** Connections that wait in one mailbox at most. */
const MOST_WAITING = 1024;

export function handOffTests({ describe, it }: Runner, target: PollerTarget): void {
  describe('hand-off', () => {
    const gated = (body: (scene: Scene) => Promise<void>, options?: BatchOptions) =>
      inScene(
        target,
        (scene) => (scene.poller.supports.handOff ? body(scene) : isRefused(scene)),
        options,
      );
    it('moves a connection to another poller', gated(moves));
    it('hands a connection over, with its tag and its bytes', gated(handsOver));
    it('hands over more than a batch holds', gated(handsOverMany));
    it('hands over to itself', gated(handsOverToItself));
    it(
      'starves no connection with one row a batch',
      gated(leavesConnectionsTheirTurn, { batch: 1 }),
    );
    it('keeps a connection that nobody takes', gated(keepsWhatNobodyTakes));
    it('lets what finds no handle wait for one', gated(waitsForHandle));
    it(`lets ${MOST_WAITING} connections wait, and no more`, gated(fillsMailbox));
    it('knows the peer of a connection that was reset on its way', gated(handsOverReset));
    it('closes what was handed to a poller that stops', gated(closesAtStop));
    it('refuses a connection with bytes unsent', gated(refusesUnsent));
    it('refuses a handle that is gone', gated(refusesGone));
    it('refuses a tag that is no tag', gated(refusesTags));
  });
}

async function isRefused(scene: Scene): Promise<void> {
  const { handle } = await scene.pair();
  const unsupported = { code: 'ERR_GEV_UNSUPPORTED' };
  assert.throws(() => scene.poller.release(handle), unsupported);
  assert.throws(() => scene.poller.adopt(0), unsupported);
  assert.throws(() => scene.poller.handOver(handle, 1, 0), unsupported);
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

function handOver(scene: Scene, { handle }: Pair, to: Poller, tag: number): HandOverResult {
  const result = scene.poller.handOver(handle, to.mailbox, tag);
  if (result === 'taken') scene.driver.invariants.removeHandle(handle);
  return result;
}

function mustTake(scene: Scene, pair: Pair, to: Poller, tag: number): void {
  assert.equal(handOver(scene, pair, to, tag), 'taken');
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
  mustTake(scene, pair, poller, -7);
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
  for (const [tag, pair] of pairs.entries()) mustTake(scene, pair, poller, tag);
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
  mustTake(scene, pair, scene.poller, 3);
  await scene.until(() => scene.driver.find(EventKind.adopted).length === 1, 'it comes back');
  const { handle } = scene.driver.find(EventKind.adopted)[0]!;
  assert.notEqual(handle, pair.handle);
  await scene.roundTrip({ peer: pair.peer, handle });
}

/** One connection is handed over to the same poller again and again. */
async function leavesConnectionsTheirTurn(scene: Scene): Promise<void> {
  const { poller, driver } = scene;
  const [restless, quiet] = await scene.pairs(2);
  let turns = 0;
  driver.onRow = (row) => {
    if (row.kind !== EventKind.adopted) return;
    turns += 1;
    // A sink must not throw.
    try {
      mustTake(scene, { peer: restless!.peer, handle: row.handle }, poller, 0);
    } catch (error) {
      driver.invariants.fault(`it is not taken again: ${String(error)}`);
    }
  };
  mustTake(scene, restless!, poller, 0);
  for (let count = 1; count <= MANY; count += 1) {
    await scene.roundTrip(quiet!);
    await scene.until(() => turns >= count, 'it comes again');
  }
}

async function keepsWhatNobodyTakes(scene: Scene): Promise<void> {
  const pair = await scene.pair();
  const { poller, driver } = another(scene);
  driver.stop();
  assert.equal(handOver(scene, pair, poller, 0), 'gone');
  await scene.roundTrip(pair);
  scene.order(OrderKind.pause, pair.handle);
  assert.equal(handOver(scene, pair, poller, 0), 'gone');
  scene.order(OrderKind.resume, pair.handle);
  await scene.roundTrip(pair);
}

async function waitsForHandle(scene: Scene): Promise<void> {
  const pairs = await scene.pairs(3);
  const { poller, driver } = another(scene, { maxHandles: 1 });
  for (const [tag, pair] of pairs.entries()) mustTake(scene, pair, poller, tag);
  const adopted = () => driver.find(EventKind.adopted);
  for (const [tag, { peer }] of pairs.entries()) {
    await scene.until(() => adopted().length === tag + 1, `connection ${tag} is taken in`);
    const { handle, detail } = adopted()[tag]!;
    assert.equal(detail, tag, 'the tag');
    peer.write(Uint8Array.of(tag));
    await scene.until(() => driver.receivedLength(handle) === 1, 'it is read');
    assert.equal(adopted().length, tag + 1, 'one handle, one connection');
    driver.order(tag === 0 ? OrderKind.abort : OrderKind.close, handle);
    driver.flush();
  }
  assert.deepEqual(driver.find(EventKind.adoptFailed), []);
  driver.stop();
  assert.deepEqual(driver.invariants.faults, []);
}

async function fillsMailbox(scene: Scene): Promise<void> {
  const { address } = await scene.listen();
  const count = MOST_WAITING + 1;
  const peers = await Promise.all(Array.from({ length: count }, () => scene.dial(address)));
  await scene.until(() => scene.accepted.length === count, 'all are accepted');
  const handles = scene.accepted;
  // Not started, so that it takes none in.
  const poller = scene.target.create();
  const give = (handle: number) => handOver(scene, { handle, peer: peers[0]! }, poller, 0);
  for (const handle of handles.slice(0, MOST_WAITING)) assert.equal(give(handle), 'taken');
  const last = handles[MOST_WAITING]!;
  assert.equal(give(last), 'full');
  for (const peer of peers) peer.write(Uint8Array.of(1));
  await scene.until(() => scene.driver.receivedLength(last) === 1, 'the last stays as it was');
  const driver = new PollerDriver(poller);
  poller.start(driver);
  await scene.until(() => driver.find(EventKind.data).length === MOST_WAITING, 'all are read');
  assert.equal(give(last), 'taken');
  await scene.until(() => driver.find(EventKind.adopted).length === count, 'the last is taken in');
  driver.stop();
  assert.deepEqual(driver.invariants.faults, []);
}

/** The address is asked for where a loop does: at the `adopted` row, in whose batch the end may be. */
async function handsOverReset(scene: Scene): Promise<void> {
  const { peer, handle } = await scene.pair();
  scene.order(OrderKind.pause, handle);
  const poller = scene.target.create();
  mustTake(scene, { peer, handle }, poller, 4);
  peer.reset();
  const other = await scene.pair();
  await scene.roundTrip(other);
  const driver = new PollerDriver(poller);
  const remote: unknown[] = [];
  driver.onRow = (row) => {
    if (row.kind === EventKind.adopted) remote.push(poller.remoteAddress(row.handle));
  };
  poller.start(driver);
  await scene.until(() => driver.find(EventKind.closed).length === 1, 'its end is told');
  assert.deepEqual(remote, [peer.local]);
  const closed = driver.find(EventKind.closed)[0]!;
  assert.equal(closed.detail, constants.errno.ECONNRESET);
  assert.equal(poller.remoteAddress(closed.handle), undefined);
  driver.stop();
  assert.deepEqual(driver.invariants.faults, []);
}

async function closesAtStop(scene: Scene): Promise<void> {
  const [first, second] = await scene.pairs(2);
  const waiting = scene.target.create();
  mustTake(scene, first!, waiting, 0);
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
