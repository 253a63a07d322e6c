import { describe, it } from 'vitest';
import { pollerSuite } from '../src/index.js';
import { MemoryNetwork, MemoryPoller } from '../src/memory-poller/index.js';
import { MemoryPeers } from './memory-peers.js';

const network = new MemoryNetwork();

pollerSuite({ describe, it }, 'memory', {
  create: (options) => new MemoryPoller(network, options),
  peers: () => new MemoryPeers(network),
  volume: 4 * 1024 * 1024,
});
