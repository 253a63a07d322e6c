import { debuglog } from 'node:util';

/** What the poller is asked for, with NODE_DEBUG=gev:poller. */
export const trace = debuglog('gev:poller');
