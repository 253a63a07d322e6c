import assert from 'node:assert/strict';
import { loadBalancerSuite } from '@gev/conformance';
import type { Address, LoadBalancer, LoopLoad } from '@gev/core';
import { describe, it } from 'vitest';
import {
  BALANCER_NAMES,
  type BalancerChoice,
  customBalancer,
  leastConnections,
  random,
  resolveBalancer,
  roundRobin,
  sourceHash,
} from '../src/balancers/index.js';

const runner = { describe, it };
loadBalancerSuite(runner, 'roundRobin', roundRobin, { fair: true });
loadBalancerSuite(runner, 'leastConnections', leastConnections, { fair: true });
loadBalancerSuite(runner, 'sourceHash', sourceHash, { stablePerPeer: true });
loadBalancerSuite(runner, 'random', random);
loadBalancerSuite(runner, 'customBalancer', () => customBalancer((loops) => loops.length - 1));

const PICKS = 10_000;

function peer(number: number): Address {
  const host = `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
  return { transport: 'tcp', host, port: 1024 + (number % 60_000) };
}

function group(ids: readonly number[]): LoopLoad[] {
  return ids.map((id) => ({ id, connections: 0 }));
}

/** Gives `picks` connections away, raising the counts, and returns how many went to each id. */
function assign(balancer: LoadBalancer, ids: readonly number[], picks = PICKS): number[] {
  const counts = ids.map(() => 0);
  for (let number = 0; number < picks; number += 1) {
    const loops = ids.map((id, index) => ({ id, connections: counts[index]! }));
    counts[balancer.pick(loops, peer(number))]! += 1;
  }
  return counts;
}

function within(counts: readonly number[], share: number): void {
  const mean = counts.reduce((sum, count) => sum + count) / counts.length;
  for (const count of counts) assert.ok(Math.abs(count - mean) <= share * mean, counts.join(', '));
}

describe('10,000 picks', () => {
  it('are spread within 5 % by roundRobin and leastConnections', () => {
    for (const make of [roundRobin, leastConnections]) within(assign(make(), [4, 7, 1, 9]), 0.05);
  });

  it('are spread within 10 % by random and sourceHash', () => {
    within(assign(random(), [0, 1, 2, 3]), 0.1);
    within(assign(sourceHash(), [0, 1, 2, 3]), 0.1);
  });
});

describe('roundRobin', () => {
  it('goes on in turn, whatever the order in which the loops are shown', () => {
    const balancer = roundRobin();
    const picks = Array.from({ length: 6 }, (_, turn) => {
      const loops = group(turn % 2 === 0 ? [5, 6, 7] : [7, 6, 5]);
      return loops[balancer.pick(loops, peer(1))]!.id;
    });
    for (const part of [picks.slice(0, 3), picks.slice(3)])
      assert.deepEqual(part.toSorted(), [5, 6, 7]);
  });

  it('stays even when a loop leaves, comes back, or is replaced by another', () => {
    const balancer = roundRobin();
    assign(balancer, [0, 1, 2, 3], 10);
    within(assign(balancer, [0, 1, 3], 3000), 0.001);
    within(assign(balancer, [0, 1, 2, 3], 4000), 0.001);
    within(assign(balancer, [0, 1, 9, 3], 4000), 0.001);
  });

  it('starves nobody while the set changes with every pick', () => {
    const balancer = roundRobin();
    const counts = [0, 0, 0];
    for (let turn = 0; turn < 3000; turn += 1) {
      counts[balancer.pick(group(turn % 2 === 0 ? [0, 1, 2] : [0, 1]), peer(1))]! += 1;
    }
    assert.ok(Math.min(...counts) >= 600, counts.join(', '));
  });

  it('stays even after many loops that lived for a moment', () => {
    const balancer = roundRobin();
    for (let id = 100; id < 1100; id += 1) balancer.pick(group([0, 1, id]), peer(1));
    within(assign(balancer, [0, 1], 1000), 0.003);
  });
});

describe('leastConnections', () => {
  it('prefers the loop with fewer, wherever it stands', () => {
    const loops = [3, 1, 2].map((connections, id) => ({ id, connections }));
    const balancer = leastConnections();
    assert.deepEqual([balancer.pick(loops, peer(1)), balancer.pick(loops, peer(1))], [1, 1]);
  });

  it('goes round where all have the same', () => {
    const balancer = leastConnections();
    const loops = group([0, 1, 2]);
    const picks = Array.from({ length: 6 }, () => balancer.pick(loops, peer(1)));
    assert.deepEqual(picks, [0, 1, 2, 0, 1, 2]);
  });
});

describe('sourceHash', () => {
  /** The id of the loop for each of 1,000 peers. */
  function ids(loops: readonly LoopLoad[]): number[] {
    const balancer = sourceHash();
    return Array.from({ length: 1000 }, (_, n) => loops[balancer.pick(loops, peer(n))]!.id);
  }

  it('moves only the peers of a loop that leaves, and spreads them', () => {
    const before = ids(group([10, 11, 12, 13]));
    const after = ids(group([10, 11, 13]));
    const moved = new Map<number, number>();
    for (const [index, id] of before.entries()) {
      if (id !== 12) assert.equal(after[index], id);
      else moved.set(after[index]!, 1 + (moved.get(after[index]!) ?? 0));
    }
    for (const id of [10, 11, 13]) assert.ok(moved.get(id)! > 50, `${id} took ${moved.get(id)}`);
  });

  it('does not look at the order of the loops, nor at what was picked before', () => {
    assert.deepEqual(ids(group([13, 10, 12, 11])), ids(group([10, 11, 12, 13])));
  });

  it('tells unix peers apart by their path, and takes unnamed ones as one host', () => {
    const balancer = sourceHash();
    const loops = group([0, 1, 2, 3]);
    const paths = Array.from({ length: 100 }, (_, index) => `/run/${index}.sock`);
    const picks = paths.map((path) => balancer.pick(loops, { transport: 'unix', path }));
    assert.equal(new Set(picks).size, 4);
    const unnamed = paths.map(() => balancer.pick(loops, { transport: 'unix', path: '' }));
    assert.equal(new Set(unnamed).size, 1);
  });
});

describe('random', () => {
  it('takes its source, and does not pick past the end', () => {
    const numbers = [0, 0.34, 0.99, 1];
    const balancer = random(() => numbers.shift()!);
    const picks = Array.from({ length: 4 }, () => balancer.pick(group([0, 1, 2]), peer(1)));
    assert.deepEqual(picks, [0, 1, 2, 2]);
  });
});

describe('resolveBalancer', () => {
  it('makes a new balancer of each name', () => {
    for (const name of BALANCER_NAMES) {
      assert.equal(resolveBalancer(name).name, name);
      assert.notEqual(resolveBalancer(name), resolveBalancer(name));
    }
  });

  it('takes a balancer as it is and a function as one', () => {
    const own: LoadBalancer = { name: 'own', pick: () => 0 };
    assert.equal(resolveBalancer(own), own);
    const picks = resolveBalancer((loops, { transport }) =>
      transport === 'tcp' ? 1 : loops.length,
    );
    assert.equal(picks.pick(group([0, 1]), peer(1)), 1);
    assert.throws(() => picks.pick(group([0, 1]), { transport: 'unix', path: '' }), {
      code: 'ERR_GEV_INVALID_OPTION',
      message: /'custom' picked 2: return an index from 0 to 1/,
    });
  });

  it('names the choices when it is given anything else', () => {
    const wrong = ['fastest', '', 'toString', 5, null, undefined, {}, { name: 'x' }, { pick() {} }];
    for (const choice of wrong) {
      assert.throws(() => resolveBalancer(choice as BalancerChoice), {
        code: 'ERR_GEV_INVALID_OPTION',
        message: /round-robin, least-connections, source-hash, random/,
      });
    }
  });
});
