import type { RespSession, RespVersion } from '../protocols/resp/resp.js';

/** What is known of one client: the `context` of its connection. */
export class Session implements RespSession {
  version: RespVersion = 2;
  /** The connection's; told when it opens. */
  id = 0;
  name = '';
  /** Set by QUIT: the connection ends after its reply. */
  isLeaving = false;
}
