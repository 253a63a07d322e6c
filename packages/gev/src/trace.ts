import { debuglog } from 'node:util';

/** Which poller is chosen, with NODE_DEBUG=gev:poller. */
export const trace = debuglog('gev:poller');
