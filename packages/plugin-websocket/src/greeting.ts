import type { ReadBuffer } from '@gev/core';

/** The opening handshake of one connection, from either side. */
export interface Greeting {
  /**
   * Takes what has arrived. Returns when it needs more, has to wait, or the session was opened.
   *
   * @throws GevError `ERR_GEV_PROTOCOL` for a malformed request, and what a hook of the user throws;
   * the peer has then been told
   */
  advance(buffer: ReadBuffer): void;
  /** Its time is over. */
  expire(): void;
  /** The server stops, and closes the connection next. */
  goAway(): void;
  /** The connection is gone. */
  abort(): void;
}
