import type { LoadBalancer } from '@gev/core';
import { Turns } from './turns.js';

/**
 * The loop with the fewest connections; among equals the one whose turn is longest ago, so that
 * an idle group does not give everything to its first loop. Right for connections that live long.
 *
 * Thread rule: one balancer, one thread.
 */
export function leastConnections(): LoadBalancer {
  const turns = new Turns();
  return {
    name: 'least-connections',
    pick(loops) {
      let picked = 0;
      for (let index = 1; index < loops.length; index += 1) {
        const loop = loops[index]!;
        const best = loops[picked]!;
        const fewer = loop.connections - best.connections;
        if (fewer < 0 || (fewer === 0 && turns.last(loop) < turns.last(best))) picked = index;
      }
      turns.take(loops[picked]!, loops);
      return picked;
    },
  };
}
