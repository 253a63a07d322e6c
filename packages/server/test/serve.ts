import type { Address, CloseReason, Handler } from '@gev/core';
import { type PollerChoice, Server, type ServerOptions } from '../src/index.js';

type Options<In, Out, Context> = Partial<ServerOptions<In, Out, Context>>;

/** A listening server on a free loopback port, to be used with `await using`. */
export async function serve<In = Uint8Array, Out = Uint8Array | string, Context = unknown>(
  choice: PollerChoice,
  handler: Handler<NoInfer<In>, NoInfer<Out>, NoInfer<Context>> | URL,
  options: Options<In, Out, Context> = {},
): Promise<Server<In, Out, Context>> {
  const all = { address: 'tcp://127.0.0.1:0', handler, ...options } as ServerOptions<
    In,
    Out,
    Context,
    undefined
  >;
  const server = new Server(all, choice);
  await server.listen();
  return server;
}

/** Notes what a handler is told about the ends of its connections. */
export class Ends {
  readonly reasons: CloseReason[] = [];
  readonly codes: string[] = [];
  readonly remotes: Address[] = [];

  /** Handler methods to be spread behind one's own. */
  readonly handler = {
    onClose: (c: { remoteAddress: Address }, reason: CloseReason): void => {
      this.reasons.push(reason);
      this.remotes.push(c.remoteAddress);
    },
    onError: (_c: unknown, error: { code: string }): void => {
      this.codes.push(error.code);
    },
  };
}
