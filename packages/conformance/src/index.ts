export { bufferSuite, type ReadWriteBuffer } from './buffer-suite.js';
export { type LoadBalancerClaims, loadBalancerSuite } from './load-balancer-suite.js';
export { pollerSuite } from './poller-suite/index.js';
export { Random } from './poller-suite/random.js';
export type { Peer, PeerNetwork, PeerServer, PollerTarget } from './poller-suite/target.js';
export { type ProtocolSuiteOptions, protocolSuite } from './protocol-suite.js';
export type { Runner } from './runner.js';
export { createTestConnection, TestConnection } from './test-connection.js';
export { TestLoop, TestTopics } from './test-loop.js';
