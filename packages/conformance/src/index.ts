export { pollerSuite } from './poller-suite/index.js';
export type { Peer, PeerNetwork, PeerServer, PollerTarget } from './poller-suite/target.js';
export type { Runner } from './runner.js';
