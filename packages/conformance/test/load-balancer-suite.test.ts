import assert from 'node:assert/strict';
import type { Address, LoadBalancer, LoopLoad } from '@gev/core';
import { describe, it } from 'vitest';
import { type LoadBalancerClaims, loadBalancerSuite } from '../src/index.js';
import { RecordingRunner } from './recording-runner.js';

function roundRobin(): LoadBalancer {
  let next = 0;
  return { name: 'round-robin', pick: (loops) => next++ % loops.length };
}

function leastConnections(): LoadBalancer {
  return {
    name: 'least-connections',
    pick: (loops) =>
      loops.reduce(
        (least, loop, index) => (loop.connections < loops[least]!.connections ? index : least),
        0,
      ),
  };
}

function hashed(peer: Address): number {
  const text = peer.transport === 'tcp' ? peer.host : peer.path;
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return (hash ^ (hash >>> 16)) >>> 0;
}

function sourceHash(): LoadBalancer {
  return { name: 'source-hash', pick: (loops, peer) => hashed(peer) % loops.length };
}

loadBalancerSuite({ describe, it }, 'round robin', roundRobin, { fair: true });
loadBalancerSuite({ describe, it }, 'least connections', leastConnections, { fair: true });
loadBalancerSuite({ describe, it }, 'source hash', sourceHash, { stablePerPeer: true });

function picking(pick: LoadBalancer['pick'], name = 'broken'): () => LoadBalancer {
  return () => ({ name, pick });
}

/** Wraps round at the number of loops that it was first shown. */
function remembersTheLoops(): LoadBalancer {
  let count = 0;
  let next = 0;
  return {
    name: 'broken',
    pick(loops) {
      count ||= loops.length;
      return next++ % count;
    },
  };
}

function sorts(loops: readonly LoopLoad[]): number {
  (loops as LoopLoad[]).sort((one, other) => one.connections - other.connections);
  return 0;
}

describe('loadBalancerSuite with a broken balancer', () => {
  const cases: [string, () => LoadBalancer, LoadBalancerClaims, RegExp][] = [
    ['picks past the end', picking((loops) => loops.length), {}, /the only loop/],
    ['picks the id', picking((loops) => loops[0]!.id), {}, /an index of the loops/],
    ['picks between two', picking((loops) => (loops.length - 1) / 2), {}, /however many/],
    ['picks nothing for a unix peer', picking(noUnix), {}, /however many/],
    ['remembers the loops', remembersTheLoops, {}, /their number changes/],
    ['sorts what it is shown', picking(sorts), {}, /does not change/],
    ['has no name', picking(() => 0, ''), {}, /has a name/],
    ['is not fair', picking(() => 0), { fair: true }, /as many connections/],
    ['looks at the port', picking(byPort), { stablePerPeer: true }, /whatever the port/],
    ['looks at the load', leastConnections, { stablePerPeer: true }, /whatever the port/],
    ['is stable on one loop', picking(() => 0), { stablePerPeer: true }, /spreads/],
  ];
  for (const [name, create, claims, expected] of cases) {
    it(`fails when it ${name}`, async () => {
      const runner = new RecordingRunner();
      loadBalancerSuite(runner, name, create, claims);
      const failed = await runner.failures();
      assert.ok(
        failed.some((test) => expected.test(test)),
        `only these failed: ${failed.join('; ')}`,
      );
    });
  }
});

function noUnix(_loops: readonly LoopLoad[], peer: Address): number {
  return peer.transport === 'tcp' ? 0 : Number.NaN;
}

function byPort(loops: readonly LoopLoad[], peer: Address): number {
  return peer.transport === 'tcp' ? peer.port % loops.length : 0;
}
