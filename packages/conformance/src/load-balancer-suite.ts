import assert from 'node:assert/strict';
import type { Address, LoadBalancer, LoopLoad } from '@gev/core';
import { Random } from './poller-suite/random.js';
import type { Runner } from './runner.js';

/** What a balancer claims beyond the contract. */
export interface LoadBalancerClaims {
  /** As long as no connection closes, no loop has two more than another. */
  readonly fair?: boolean;
  /** Connections of one peer's host go to one loop, and many hosts to all loops. */
  readonly stablePerPeer?: boolean;
}

/** @param create makes a balancer that has not picked yet */
export function loadBalancerSuite(
  runner: Runner,
  name: string,
  create: () => LoadBalancer,
  claims: LoadBalancerClaims = {},
): void {
  runner.describe(`${name} as a LoadBalancer`, () => {
    contractTests(runner, create);
    if (claims.fair) fairTests(runner, create);
    if (claims.stablePerPeer) stableTests(runner, create);
  });
}

function contractTests({ it }: Runner, create: () => LoadBalancer): void {
  it('has a name', () => {
    const { name } = create();
    assert.equal(typeof name, 'string');
    assert.notEqual(name, '');
  });

  it('picks the only loop where there is one', () => {
    const balancer = create();
    for (const peer of peers(20)) assert.equal(balancer.pick([load(7, 3)], peer), 0);
  });

  it('picks an index of the loops, however many there are', () => {
    for (let count = 1; count <= 16; count += 1) {
      const balancer = create();
      for (const peer of peers(200)) inRange(balancer, randomLoads(count, 1), peer);
    }
  });

  it('picks an index of the loops when their number changes', () => {
    const balancer = create();
    const random = new Random(2);
    for (const peer of peers(1000)) inRange(balancer, randomLoads(1 + random.below(8), 3), peer);
  });

  it('does not change what it is shown', () => {
    const balancer = create();
    const loops = randomLoads(4, 5);
    const before = structuredClone(loops);
    for (const loop of loops) Object.freeze(loop);
    Object.freeze(loops);
    for (const peer of peers(100)) balancer.pick(loops, Object.freeze(peer));
    assert.deepEqual(loops, before);
  });
}

function fairTests({ it }: Runner, create: () => LoadBalancer): void {
  it('gives every loop as many connections as the others', () => {
    for (let count = 2; count <= 8; count += 1) {
      const connections = assign(create(), count, peers(50 * count + 1));
      const spread = Math.max(...connections) - Math.min(...connections);
      assert.ok(spread <= 1, `${count} loops have ${connections.join(', ')} connections`);
    }
  });
}

function stableTests({ it }: Runner, create: () => LoadBalancer): void {
  it('picks the same loop for the same host, whatever the port and the loads', () => {
    const balancer = create();
    const random = new Random(7);
    for (const host of hosts(50)) {
      const picks = Array.from({ length: 20 }, () => {
        const peer: Address = { transport: 'tcp', host, port: 1 + random.below(65_535) };
        return balancer.pick(randomLoads(5, 1 + random.below(1000)), peer);
      });
      assert.equal(new Set(picks).size, 1, `${host} went to the loops ${picks.join(', ')}`);
    }
  });

  it('spreads many hosts over all loops', () => {
    const all = hosts(1000).map((host): Address => ({ transport: 'tcp', host, port: 1 }));
    const connections = assign(create(), 4, all);
    // 250 each, give or take seven standard deviations of a fair hash.
    for (const count of connections) {
      assert.ok(count > 150 && count < 350, `4 loops have ${connections.join(', ')} of 1000 hosts`);
    }
  });
}

/** Gives each peer's connection to the loop that is picked, and returns how many each has. */
function assign(balancer: LoadBalancer, count: number, all: readonly Address[]): number[] {
  const connections = new Array<number>(count).fill(0);
  for (const peer of all) {
    const loops = connections.map((open, index) => load(index, open));
    connections[inRange(balancer, loops, peer)]! += 1;
  }
  return connections;
}

function inRange(balancer: LoadBalancer, loops: readonly LoopLoad[], peer: Address): number {
  const index = balancer.pick(loops, peer);
  const isIndex = Number.isInteger(index) && index >= 0 && index < loops.length;
  assert.ok(isIndex, `picked ${index} of ${loops.length} loops for ${JSON.stringify(peer)}`);
  return index;
}

/** The id is far from the index, so that picking an id instead shows itself. */
function load(index: number, connections: number): LoopLoad {
  return { id: 100 + index, connections };
}

function randomLoads(count: number, seed: number): LoopLoad[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, index) => load(index, random.below(1000)));
}

/** IPv4, IPv6 and the unnamed ends of unix clients by turns. */
function peers(count: number): Address[] {
  return hosts(count).map((host, index) =>
    index % 3 === 2
      ? { transport: 'unix', path: '' }
      : { transport: 'tcp', host, port: 1024 + index },
  );
}

function hosts(count: number): string[] {
  const random = new Random(11);
  return Array.from({ length: count }, (_, index) => {
    const bytes = random.bytes(4);
    return index % 2 === 0 ? bytes.join('.') : `2001:db8::${index.toString(16)}:${bytes[0]}`;
  });
}
