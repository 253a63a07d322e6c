import { debuglog } from 'node:util';

/** What the poller is asked for, and what node:net tells, with NODE_DEBUG=gev:poller. */
export const trace = debuglog('gev:poller');
