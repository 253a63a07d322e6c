import { stderrLogger } from '@gev/core';
import { Server, type ServerOptions } from '@gev/server';
import { choosePoller, isFallback } from './choose-poller.js';

/**
 * Makes a server on the best poller there is (see {@link Server.poller} for which and why, and
 * the environment variable GEV_POLLER to force one).
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION`, `ERR_GEV_INVALID_ADDRESS`,
 * `ERR_GEV_POLLER_UNAVAILABLE`
 *
 * @example
 * const server = createServer({
 *   address: 'tcp://127.0.0.1:1833',
 *   handler: { onMessage: (c, data) => data },
 * });
 * await server.listen();
 */
export function createServer<
  In = Uint8Array,
  Out = Uint8Array | string,
  Context = unknown,
  Data = undefined,
>(options: ServerOptions<In, Out, Context, Data>): Server<In, Out, Context, Data> {
  const choice = choosePoller();
  const server = new Server(withDebug(options), choice);
  if (isFallback(choice)) {
    const logger = options.logger ?? stderrLogger;
    logger.warn({ poller: choice.name }, `running on node:net, not native: ${choice.reason}`);
  }
  return server;
}

/** GEV_DEBUG=views turns `poisonViews` on for a whole program. */
function withDebug<In, Out, Context, Data>(
  options: ServerOptions<In, Out, Context, Data>,
): ServerOptions<In, Out, Context, Data> {
  const topics = process.env['GEV_DEBUG']?.split(',') ?? [];
  return topics.includes('views') ? { poisonViews: true, ...options } : options;
}
