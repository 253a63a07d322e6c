import type { Unframed } from './frame-decoder.js';

/**
 * The opening handshake is done. It comes as a message, so that the loop can heed what `onOpen` does to the
 * connection before it unpacks the next one.
 */
export class Opened<Opening = unknown> {
  /** The request in a server, the response in a client. */
  readonly opening: Opening;

  constructor(opening: Opening) {
    this.opening = opening;
  }
}

/** What the protocol unpacks: that it is open, then messages and control frames. */
export type Inbound = Unframed | Opened;
