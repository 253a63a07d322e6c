import { type Connection, defineProtocol, type Protocol } from 'gev';
import { DEFAULT_LIMITS, type RespLimits } from './limits.js';
import { failure, type Reply } from './reply.js';
import { isWithin } from './reply-size.js';
import { type RespVersion, writeReply } from './reply-writer.js';
import type { Request } from './request.js';
import { RequestParser } from './request-parser.js';

/** What the `context` of a connection has to tell the protocol. */
export interface RespSession {
  version: RespVersion;
}

/**
 * The protocol of Redis, the server's side: requests in, replies out, RESP2 until the session says 3.
 * A request is valid until the handler returns.
 */
export function resp(limits: RespLimits = DEFAULT_LIMITS): Protocol<Request, Reply> {
  const { maxReply } = limits;
  const parser = new RequestParser(limits);
  const tooLarge = failure(`ERR reply of more than ${maxReply} bytes: ask for less at once`);
  return defineProtocol<Request, Reply>({
    // Each client has chosen its version.
    packsPerConnection: true,
    unpack: (buffer, connection) => parser.parse(buffer, connection),
    pack(reply, out, connection: Connection<Reply>) {
      const { version } = connection.context as RespSession;
      writeReply(isWithin(reply, maxReply) ? reply : tooLarge, out, version);
    },
    onClose: (connection) => parser.forget(connection),
  });
}

export type { RespVersion };
