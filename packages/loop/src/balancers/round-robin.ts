import type { LoadBalancer } from '@gev/core';
import { Turns } from './turns.js';

/**
 * The loops by turns: always the one whose turn is longest ago, so that the turns stay even when
 * the set of loops changes. Right for connections that are alike.
 *
 * Thread rule: one balancer, one thread.
 */
export function roundRobin(): LoadBalancer {
  const turns = new Turns();
  return {
    name: 'round-robin',
    pick(loops) {
      let picked = 0;
      for (let index = 1; index < loops.length; index += 1) {
        if (turns.last(loops[index]!) < turns.last(loops[picked]!)) picked = index;
      }
      turns.take(loops[picked]!, loops);
      return picked;
    },
  };
}
