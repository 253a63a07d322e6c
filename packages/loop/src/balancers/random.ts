import type { LoadBalancer } from '@gev/core';

/**
 * Any loop, all alike.
 *
 * @param source gives numbers from 0 to less than 1; nothing secret depends on them
 */
export function random(source: () => number = Math.random): LoadBalancer {
  return {
    name: 'random',
    // A source that gives 1 after all must not pick past the end.
    pick: (loops) => Math.min(loops.length - 1, Math.floor(source() * loops.length)),
  };
}
