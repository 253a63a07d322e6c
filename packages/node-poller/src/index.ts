export { createNodePoller, NodePoller } from './node-poller.js';
