import type { HeaderFields } from './fields.js';
import type { HttpReply } from './response-writer.js';

/** A request that gets an answer, and not the one that it wants. */
export class HttpError extends Error {
  readonly reply: HttpReply;

  /** @param why told to the peer, as the body */
  constructor(status: number, why: string, headers: HeaderFields = {}) {
    super(why);
    this.name = 'HttpError';
    this.reply = { status, headers, body: `${why}\n` };
  }
}
