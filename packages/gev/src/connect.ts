import type { Duplex } from 'node:stream';
import type { Connection } from '@gev/core';
import { Client, type ConnectOptions, duplexHandler } from '@gev/server';
import { choosePoller } from './choose-poller.js';

/** The client of this thread, while it has a connection or an attempt. */
let shared: Client | undefined;

/** A client of one's own on the best poller there is; see {@link connect}. */
export function createClient(): Client {
  return Client.on(choosePoller());
}

/**
 * Connects; resolves when the connection stands and its `onConnect` has run. All connections of a
 * thread share one loop, which ends with the last of them; `loop` takes the loop of a handler module
 * instead.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION`, `ERR_GEV_INVALID_ADDRESS`; rejects with
 * `ERR_GEV_CONNECT` (its `cause`: the failure of the last attempt), `ERR_GEV_ABORTED`
 *
 * @example
 * const connection = await connect('tcp://127.0.0.1:1833', {
 *   handler: { onMessage: (c, data) => console.log(String(data)) },
 *   retry: true,
 * });
 * connection.send('hello');
 */
export async function connect<In = Uint8Array, Out = Uint8Array | string, Context = unknown>(
  address: string,
  options: ConnectOptions<In, Out, Context>,
): Promise<Connection<Out, Context>> {
  const { loop } = options;
  if (loop !== undefined) return await Client.onLoopOf(loop).connect(address, options);
  shared ??= makeShared();
  return await shared.connect(address, options);
}

/**
 * Connects and gives the connection as a Duplex of node:stream; its `error` is what went wrong later.
 *
 * @throws as {@link connect}
 */
export async function connectStream(
  address: string,
  options: Omit<
    ConnectOptions<Uint8Array, Uint8Array | string, unknown>,
    'handler' | 'protocol'
  > = {},
): Promise<Duplex> {
  let opened: Duplex | undefined;
  const handler = duplexHandler((stream) => {
    opened = stream;
  });
  await connect(address, { allowHalfOpen: true, ...options, reconnect: false, handler });
  return opened!;
}

function makeShared(): Client {
  const client: Client = Client.on(choosePoller(), () => {
    if (shared === client) shared = undefined;
    void client.close();
  });
  return client;
}
