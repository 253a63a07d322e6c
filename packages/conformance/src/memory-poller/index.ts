export { MemoryNetwork, type MemoryNetworkOptions } from './memory-network.js';
export { MemoryPoller } from './memory-poller.js';
