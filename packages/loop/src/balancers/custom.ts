import { type Address, GevError, type LoadBalancer, type LoopLoad, printable } from '@gev/core';

/** Returns an index into `loops`, which is never empty. */
export type PickLoop = (loops: readonly LoopLoad[], peer: Address) => number;

/**
 * Makes a balancer of a function.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION` (its `pick`) when the function returns no index of `loops`
 */
export function customBalancer(pick: PickLoop, name = 'custom'): LoadBalancer {
  return {
    name,
    pick(loops, peer) {
      const index = pick(loops, peer);
      if (Number.isInteger(index) && index >= 0 && index < loops.length) return index;
      throw new GevError(
        'ERR_GEV_INVALID_OPTION',
        `the balancer '${name}' picked ${printable(index)}: return an index from 0 to ${loops.length - 1}`,
      );
    },
  };
}
