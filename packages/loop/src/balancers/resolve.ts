import { GevError, type LoadBalancer } from '@gev/core';
import { customBalancer, type PickLoop } from './custom.js';
import { leastConnections } from './least-connections.js';
import { random } from './random.js';
import { roundRobin } from './round-robin.js';
import { sourceHash } from './source-hash.js';

/** The balancers that can be chosen by name. */
export const BALANCER_NAMES = [
  'round-robin',
  'least-connections',
  'source-hash',
  'random',
] as const;

export type BalancerName = (typeof BALANCER_NAMES)[number];

/** A name, a balancer of one's own, or a function that picks. */
export type BalancerChoice = BalancerName | LoadBalancer | PickLoop;

const FACTORIES: Readonly<Record<BalancerName, () => LoadBalancer>> = {
  'round-robin': roundRobin,
  'least-connections': leastConnections,
  'source-hash': sourceHash,
  random: () => random(),
};

/**
 * The balancer that `choice` means: a new one for a name or a function, a balancer as it is.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION` when it means none
 */
export function resolveBalancer(choice: BalancerChoice): LoadBalancer {
  if (typeof choice === 'function') return customBalancer(choice);
  if (isName(choice)) return FACTORIES[choice]();
  if (isBalancer(choice)) return choice;
  throw new GevError(
    'ERR_GEV_INVALID_OPTION',
    `the balancer is ${typeof choice === 'string' ? `'${choice}'` : `of type ${typeof choice}`}: ` +
      `give one of ${BALANCER_NAMES.join(', ')}, a function (loops, peer) => index, ` +
      'or an object with name and pick',
  );
}

function isName(choice: unknown): choice is BalancerName {
  return (BALANCER_NAMES as readonly unknown[]).includes(choice);
}

function isBalancer(choice: unknown): choice is LoadBalancer {
  if (typeof choice !== 'object' || choice === null) return false;
  const { name, pick } = choice as Partial<LoadBalancer>;
  return typeof name === 'string' && name !== '' && typeof pick === 'function';
}
