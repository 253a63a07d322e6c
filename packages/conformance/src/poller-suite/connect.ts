import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { EventKind, OrderKind } from '@gev/core';
import type { Runner } from '../runner.js';
import { Random } from './random.js';
import { assertSameBytes, inScene, type Pair, type Scene } from './scene.js';
import type { PeerServer, PollerTarget } from './target.js';

export function connectTests({ describe, it }: Runner, target: PollerTarget): void {
  describe('connecting', () => {
    it('tells connected, then carries bytes both ways', inScene(target, connects));
    it(
      'tells closed with the errno when nobody listens',
      inScene(target, async (scene) => {
        const server = await scene.peers.serve(scene.address);
        await server.close();
        const handle = scene.driver.connect(server.address);
        assert.equal(await scene.untilClosed(handle), constants.errno.ECONNREFUSED);
        assert.equal(scene.driver.find(EventKind.connected).length, 0);
      }),
    );
    it(
      'takes no host names',
      inScene(target, async ({ poller }) => {
        const address = { transport: 'tcp', host: 'no-literal.invalid', port: 1 } as const;
        assert.throws(() => poller.connect(address), { name: 'GevError' });
      }),
    );
    it(
      'can be aborted before it is told',
      inScene(target, async (scene) => {
        const server = await scene.peers.serve(scene.address);
        const aborted = scene.driver.connect(server.address);
        scene.order(OrderKind.abort, aborted);
        // That no row follows is among the invariants.
        await outbound(scene);
        assert.equal(scene.driver.find(EventKind.connected).length, 1);
      }),
    );
    it('connects to a listener of the same poller', inScene(target, connectsToItself));
    it(
      'refuses when all handles are in use',
      inScene(
        target,
        async (scene) => {
          const { address } = await scene.listen();
          assert.throws(() => scene.poller.connect(address), { code: 'ERR_GEV_POLLER_STATE' });
        },
        { maxHandles: 1 },
      ),
    );
  });
}

export function unixTests({ describe, it }: Runner, target: PollerTarget): void {
  describe('unix sockets', () => {
    const gated = (body: (scene: Scene) => Promise<void>) =>
      inScene(target, async (scene) => {
        if (scene.poller.supports.unixSockets) await body(scene);
      });
    it(
      'listen, accept, echo and know their addresses',
      gated(async (scene) => {
        const listening = await scene.listen(scene.unixAddress);
        const pair = await scene.pair(listening);
        assert.deepEqual(scene.poller.localAddress(pair.handle), listening.address);
        assert.equal(scene.poller.remoteAddress(pair.handle)?.transport, 'unix');
        await bothWays(scene, pair);
      }),
    );
    it(
      'connect',
      gated(async (scene) => {
        const address = scene.unixAddress;
        const pair = await outbound(scene, await scene.peers.serve(address));
        assert.deepEqual(scene.poller.remoteAddress(pair.handle), address);
        await bothWays(scene, pair);
      }),
    );
    it(
      'refuse a path where nobody listens',
      gated(async (scene) => {
        const handle = scene.driver.connect(scene.unixAddress);
        assert.equal(await scene.untilClosed(handle), constants.errno.ENOENT);
      }),
    );
    it(
      'refuse a path that is in use, and free it on stop()',
      gated(async (scene) => {
        const { address } = await scene.listen(scene.unixAddress);
        const next = target.create();
        await assert.rejects(next.listen(address), { code: 'ERR_GEV_ADDRESS_IN_USE' });
        scene.driver.stop();
        await next.listen(address);
        next.stop();
      }),
    );
  });
}

/** A connection from the poller to a peer that listens. */
async function outbound(scene: Scene, given?: PeerServer): Promise<Pair> {
  const server = given ?? (await scene.peers.serve(scene.address));
  const handle = scene.driver.connect(server.address);
  const peer = await scene.accept(server);
  await scene.until(
    () => scene.driver.find(EventKind.connected, handle).length > 0,
    'a connected row',
  );
  return { peer, handle };
}

async function connects(scene: Scene): Promise<void> {
  const server = await scene.peers.serve(scene.address);
  const pair = await outbound(scene, server);
  assert.deepEqual(scene.poller.remoteAddress(pair.handle), server.address);
  assert.equal(scene.poller.localAddress(pair.handle)?.transport, server.address.transport);
  await bothWays(scene, pair);
  scene.order(OrderKind.close, pair.handle);
  assert.equal(await scene.untilClosed(pair.handle), 0);
}

async function bothWays(scene: Scene, pair: Pair): Promise<void> {
  const [there, back] = [new Random(41).bytes(100_000), new Random(42).bytes(100_000)];
  pair.peer.write(there);
  scene.driver.write(pair.handle, back);
  scene.driver.flush();
  await scene.untilReceived(pair, there.length);
  await scene.untilArrived(pair, back.length);
  assertSameBytes(scene.driver.received(pair.handle), there, 'what the poller read');
  assertSameBytes(pair.peer.received(), back, 'what the peer read');
}

async function connectsToItself(scene: Scene): Promise<void> {
  const { address } = await scene.listen();
  const near = scene.driver.connect(address);
  await scene.until(() => scene.accepted.length === 1, 'an accepted row');
  await scene.until(() => scene.driver.find(EventKind.connected, near).length === 1, 'connected');
  const far = scene.accepted[0] ?? 0;
  assert.deepEqual(scene.poller.localAddress(near), scene.poller.remoteAddress(far));
  const sent = new Random(43).bytes(100_000);
  scene.driver.write(near, sent);
  scene.driver.flush();
  await scene.until(() => scene.driver.receivedLength(far) >= sent.length, 'all bytes');
  assertSameBytes(scene.driver.received(far), sent, 'what arrived');
  scene.order(OrderKind.close, near);
  assert.equal(await scene.untilClosed(near), 0);
  await scene.until(() => scene.driver.find(EventKind.ended, far).length === 1, 'ended');
}
