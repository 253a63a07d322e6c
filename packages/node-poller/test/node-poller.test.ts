import { pollerSuite } from '@gev/conformance';
import { describe, it } from 'vitest';
import { createNodePoller } from '../src/index.js';

pollerSuite({ describe, it }, 'node', {
  create: createNodePoller,
  volume: 64 * 1024 * 1024,
  knowsMailboxes: false,
});
