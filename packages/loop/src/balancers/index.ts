export { customBalancer, type PickLoop } from './custom.js';
export { leastConnections } from './least-connections.js';
export { random } from './random.js';
export {
  BALANCER_NAMES,
  type BalancerChoice,
  type BalancerName,
  resolveBalancer,
} from './resolve.js';
export { roundRobin } from './round-robin.js';
export { sourceHash } from './source-hash.js';
