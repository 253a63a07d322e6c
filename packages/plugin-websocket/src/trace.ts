import { debuglog } from 'node:util';

/** Handshakes and closes, with NODE_DEBUG=gev:websocket. */
export const trace = debuglog('gev:websocket');
