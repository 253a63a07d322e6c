import type { Handler, Protocol } from '@gev/core';
import type { WebSocketCallbacks } from './endpoint.js';
import type { UpgradeRequest } from './handshake/upgrade-request.js';
import type { Inbound } from './inbound.js';
import { type CommonOptions, resolveEndpoint, resolveHeadLimits } from './options.js';
import type { Outbound } from './outbound.js';
import { createProtocol } from './protocol.js';
import { ServerGreeting } from './server-greeting.js';
import { HOOKS, resolveHooks, type ServerHookOptions } from './server-hooks.js';
import { SlowConsumerRule, type SlowConsumers } from './slow-consumers.js';
import { createHandler } from './web-socket-handler.js';

/** Everything that a WebSocket server can be told. Bytes and milliseconds. */
export interface WebSocketOptions<Data = undefined>
  extends ServerHookOptions<Data>,
    CommonOptions,
    WebSocketCallbacks<Data, UpgradeRequest> {
  /** Subscribers of topics that read too slowly; `ws.subscribe` may say otherwise for itself. */
  readonly slowConsumers?: SlowConsumers;
}

/** A protocol and a handler that belong together, for `createServer` or a handler module. */
export interface WebSocketApplication {
  readonly protocol: Protocol<Inbound, Outbound>;
  readonly handler: Handler<Inbound, Outbound, unknown>;
}

/**
 * Serves WebSockets. In a server with several loops it is called in the handler module, once for
 * each loop.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION`
 *
 * @example
 * createServer({ address, ...webSocket({ onMessage: (ws, data) => data }) });
 */
export function webSocket<Data = undefined>(options: WebSocketOptions<Data>): WebSocketApplication {
  const endpoint = {
    ...resolveEndpoint<Data, UpgradeRequest>(options, true, [...HOOKS, 'slowConsumers']),
    slowConsumers: new SlowConsumerRule(options.slowConsumers),
  };
  const hooks = resolveHooks(options, resolveHeadLimits(options));
  return {
    protocol: createProtocol(endpoint, (session) => new ServerGreeting(session, hooks)),
    handler: createHandler(endpoint),
  };
}
