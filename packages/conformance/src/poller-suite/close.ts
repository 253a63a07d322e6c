import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { EventKind, OrderKind } from '@gev/core';
import type { Runner } from '../runner.js';
import { Random } from './random.js';
import { assertSameBytes, bytesOf, inScene, type Pair, type Scene } from './scene.js';
import type { PollerTarget } from './target.js';

const PILE = 512 * 1024;

export function closeTests({ describe, it }: Runner, target: PollerTarget): void {
  describe('ending', () => {
    it(
      'answers a close order with closed 0, once',
      inScene(target, async (scene) => {
        const [{ peer, handle }, other] = [await scene.pair(), await scene.pair()];
        scene.order(OrderKind.close, handle);
        assert.equal(await scene.untilClosed(handle), 0);
        await scene.until(() => peer.ended, 'the peer finds the end');
        scene.order(OrderKind.close, handle);
        await scene.roundTrip(other);
        const all = [...scene.driver.rows, ...scene.driver.results];
        assert.equal(all.filter((row) => row.kind === EventKind.closed).length, 1);
        assert.equal(peer.failed, false);
      }),
    );
    it(
      'sends a write before a close of the same flush',
      inScene(target, async (scene) => {
        const pair = await scene.pair();
        scene.driver.write(pair.handle, bytesOf('bye'));
        scene.order(OrderKind.close, pair.handle);
        await scene.until(() => pair.peer.ended, 'the peer finds the end');
        assert.equal(Buffer.from(pair.peer.received()).toString(), 'bye');
        assert.equal(await scene.untilClosed(pair.handle), 0);
      }),
    );
    it('closes after everything queued has left', inScene(target, closesAfterQueue));
    it('shuts down after everything queued has left', inScene(target, shutsDownAfterQueue));
    it('answers no abort, and the peer finds the end', inScene(target, aborts));
  });
}

export function halfCloseTests({ describe, it }: Runner, target: PollerTarget): void {
  describe('half close', () => {
    const gated = (body: (scene: Scene) => Promise<void>) =>
      inScene(target, async (scene) => {
        if (scene.poller.supports.halfClose) await body(scene);
      });
    it('goes on sending after the peer has ended', gated(sendsAfterEnd));
    it('goes on receiving after a shutdown', gated(receivesAfterShutdown));
    it('keeps the handle until close, though both sides have ended', gated(keepsHandle));
  });
}

export function resetTests({ describe, it }: Runner, target: PollerTarget): void {
  describe('resets', () => {
    it(
      'closes with the errno when the peer resets',
      inScene(target, async (scene) => {
        const { peer, handle } = await scene.pair();
        peer.reset();
        assert.equal(await scene.untilClosed(handle), constants.errno.ECONNRESET);
        assert.equal(scene.poller.remoteAddress(handle), undefined);
      }),
    );
    it('closes with an errno when the peer resets what is queued', inScene(target, resetQueued));
    it(
      'closes with an errno, not 0, when the peer resets during a close',
      inScene(target, resetDuringClose),
    );
    it('leaves other connections alone', inScene(target, resetsBeside));
  });
}

async function closesAfterQueue(scene: Scene): Promise<void> {
  const random = new Random(21);
  const pair = await scene.pair();
  const sent = await scene.pileUp(pair, PILE, (count) => random.bytes(count));
  scene.order(OrderKind.close, pair.handle);
  assert.equal(scene.driver.closed(pair.handle), undefined, 'closed with bytes unsent');
  pair.peer.resume();
  await scene.until(() => pair.peer.ended || pair.peer.failed, 'the peer finds the end');
  assertSameBytes(pair.peer.received(), sent, 'what the peer read');
  assert.equal(await scene.untilClosed(pair.handle), 0);
}

async function shutsDownAfterQueue(scene: Scene): Promise<void> {
  const random = new Random(22);
  const pair = await scene.pair();
  const sent = await scene.pileUp(pair, PILE, (count) => random.bytes(count));
  scene.order(OrderKind.shutdown, pair.handle);
  pair.peer.resume();
  await scene.until(() => pair.peer.ended, 'the peer finds the end');
  assertSameBytes(pair.peer.received(), sent, 'what the peer read');
  await closeQuietly(scene, pair);
}

async function aborts(scene: Scene): Promise<void> {
  const [pair, other] = [await scene.pair(), await scene.pair()];
  scene.order(OrderKind.abort, pair.handle);
  assert.deepEqual(scene.driver.results, []);
  await scene.until(() => pair.peer.ended || pair.peer.failed, 'the peer finds the end');
  // That no row follows is among the invariants.
  await scene.roundTrip(other);
}

async function sendsAfterEnd(scene: Scene): Promise<void> {
  const pair = await scene.pair();
  pair.peer.end();
  await scene.until(() => scene.driver.find(EventKind.ended, pair.handle).length > 0, 'ended');
  const sent = new Random(23).bytes(300_000);
  scene.driver.write(pair.handle, sent);
  scene.driver.flush();
  await scene.untilArrived(pair, sent.length);
  assertSameBytes(pair.peer.received(), sent, 'what the peer read after its end');
  await closeQuietly(scene, pair);
}

async function receivesAfterShutdown(scene: Scene): Promise<void> {
  const pair = await scene.pair();
  scene.driver.write(pair.handle, bytesOf('last'));
  scene.order(OrderKind.shutdown, pair.handle);
  await scene.until(() => pair.peer.ended, 'the peer finds the end');
  assert.equal(Buffer.from(pair.peer.received()).toString(), 'last');
  const sent = new Random(24).bytes(300_000);
  pair.peer.write(sent);
  await scene.untilReceived(pair, sent.length);
  assertSameBytes(scene.driver.received(pair.handle), sent, 'what came after the shutdown');
  await closeQuietly(scene, pair);
}

async function keepsHandle(scene: Scene): Promise<void> {
  const [pair, other] = [await scene.pair(), await scene.pair()];
  pair.peer.end();
  await scene.until(() => scene.driver.find(EventKind.ended, pair.handle).length > 0, 'ended');
  scene.order(OrderKind.shutdown, pair.handle);
  await scene.until(() => pair.peer.ended, 'the peer finds the end');
  await scene.roundTrip(other);
  await scene.roundTrip(other);
  assert.equal(scene.driver.closed(pair.handle), undefined, 'closed without an order');
  await closeQuietly(scene, pair);
}

async function resetQueued(scene: Scene): Promise<void> {
  const random = new Random(25);
  const pair = await scene.pair();
  await scene.pileUp(pair, PILE, (count) => random.bytes(count));
  pair.peer.reset();
  const detail = await scene.untilClosed(pair.handle);
  assert(detail > 0, `closed with ${detail}`);
}

async function resetDuringClose(scene: Scene): Promise<void> {
  const random = new Random(26);
  const pair = await scene.pair();
  await scene.pileUp(pair, PILE, (count) => random.bytes(count));
  scene.order(OrderKind.close, pair.handle);
  pair.peer.reset();
  const detail = await scene.untilClosed(pair.handle);
  assert(detail > 0, `closed with ${detail}`);
}

async function resetsBeside(scene: Scene): Promise<void> {
  const pairs = await scene.pairs(10);
  for (const { peer } of pairs.slice(0, 5)) peer.reset();
  for (const { handle } of pairs.slice(0, 5)) await scene.untilClosed(handle);
  for (const pair of pairs.slice(5)) await scene.roundTrip(pair);
}

/** Closes and expects the answer 0. */
async function closeQuietly(scene: Scene, { handle }: Pair): Promise<void> {
  scene.order(OrderKind.close, handle);
  assert.equal(await scene.untilClosed(handle), 0);
}
