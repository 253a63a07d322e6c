import type { GevError, Handler, Protocol } from '@gev/core';
import { functions } from './check-options.js';
import { ClientGreeting } from './client-greeting.js';
import type { WebSocketCallbacks } from './endpoint.js';
import { abortedError, invalidOption } from './error-codes.js';
import { parseWebSocketUrl, writeClientRequest } from './handshake/client-request.js';
import type { HeaderFields } from './handshake/fields.js';
import type { ResponseHead } from './handshake/head.js';
import type { Inbound } from './inbound.js';
import { tellLateError } from './late-fault.js';
import { type CommonOptions, resolveEndpoint, resolveHeadLimits } from './options.js';
import type { Outbound } from './outbound.js';
import { createProtocol } from './protocol.js';
import type { WebSocket } from './web-socket.js';
import { createHandler } from './web-socket-handler.js';

/** What `connect` of `gev` (and of a `Client`) is given. */
export interface ConnectArguments {
  readonly protocol: Protocol<Inbound, Outbound>;
  readonly handler: Handler<Inbound, Outbound, unknown>;
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

/** Makes the connection beneath: `connect` of `gev`, or of a `Client`. */
export type Connect = (address: string, options: ConnectArguments) => Promise<unknown>;

/** Everything that a WebSocket client can be told. Bytes and milliseconds. */
export interface ConnectWebSocketOptions<Data = undefined>
  extends CommonOptions,
    WebSocketCallbacks<Data, ResponseHead> {
  /** Makes the connection beneath: `connect` of `gev`. */
  readonly connect: Connect;
  /**
   * More options for `connect`, such as `{ retry: true, loop }`. With `reconnect` each connection is a
   * WebSocket with an `onOpen` of its own; one that the server refuses is told to `onError` and is the last.
   * One that breaks off before the answer is told in the same way, and tried again: a `signal` ends that.
   */
  readonly transport?: Readonly<Record<string, unknown>>;
  /** Subprotocols to offer, the one that is liked best first. */
  readonly protocols?: readonly string[];
  /** More headers for the request. */
  readonly headers?: HeaderFields;
  /** What `ws.data` starts as. */
  readonly data?: Data;
  /** Ends the attempt, later the connection (at once). */
  readonly signal?: AbortSignal;
}

const NAMES = ['connect', 'transport', 'protocols', 'headers', 'data', 'signal'];

/**
 * Opens a WebSocket to `ws://HOST[:PORT]/PATH` or `ws+unix:///SOCKET:/PATH`; resolves when it is open
 * and `onOpen` has run.
 *
 * @throws GevError (rejects with) `ERR_GEV_INVALID_OPTION`, `ERR_GEV_HANDSHAKE` (its `cause`: status
 * and headers of the answer, if there was one), and what `connect` rejects with, such as
 * `ERR_GEV_CONNECT` and `ERR_GEV_ABORTED`
 *
 * @example
 * const ws = await connectWebSocket('ws://127.0.0.1:1833/', {
 *   connect,
 *   onMessage: (ws, data) => console.log(data),
 * });
 * ws.send('hello');
 */
export async function connectWebSocket<Data = undefined>(
  url: string | URL,
  options: ConnectWebSocketOptions<Data>,
): Promise<WebSocket<Data>> {
  const endpoint = resolveEndpoint<Data, ResponseHead>(options, false, NAMES);
  const { connect, signal, protocols = [], headers = {}, transport = {} } = options;
  functions(options, ['connect']);
  if (connect === undefined) throw invalidOption('connect', connect, "the function of 'gev'");
  const target = parseWebSocketUrl(url);
  const headLimits = resolveHeadLimits(options);
  // Now, not when the connection stands: what cannot be sent is known before.
  writeClientRequest({ url: target, key: '', protocols, extensions: '', headers });
  return await new Promise<WebSocket<Data>>((resolve, reject) => {
    let wasOpen = false;
    const refuse = (ws: WebSocket<Data>, error: GevError): void => {
      if (signal?.aborted) reject(abortedError(signal.reason));
      // Nobody waits for a connection that follows the first one.
      else if (wasOpen) tellLateError(endpoint.callbacks, ws, error);
      else reject(error);
    };
    const protocol = createProtocol(endpoint, (session) => {
      session.data = options.data as Data;
      return new ClientGreeting(session, {
        url: target,
        protocols,
        headers,
        headLimits,
        onAccepted() {
          wasOpen = true;
          // Who waits goes on later than this: when `onOpen` has run, also when it throws.
          resolve(session);
        },
        onRefused: (error) => refuse(session, error),
      });
    });
    const { handshakeTimeout } = endpoint.timing;
    connect(target.address, {
      ...(handshakeTimeout > 0 && { timeout: handshakeTimeout }),
      ...transport,
      protocol,
      handler: createHandler(endpoint),
      ...(signal && { signal }),
    }).catch(reject);
  });
}
