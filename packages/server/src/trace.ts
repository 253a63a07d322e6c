import { debuglog } from 'node:util';

/** What a server and its loops do, with NODE_DEBUG=gev:server. */
export const trace = debuglog('gev:server');

/** What a client tries, with NODE_DEBUG=gev:client. */
export const traceClient = debuglog('gev:client');
