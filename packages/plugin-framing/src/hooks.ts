import type { Connection, Protocol } from '@gev/core';

/** What a protocol around another passes on as it is. */
export type Hooks<Out> = Pick<Protocol<unknown, Out>, 'onOpen' | 'onClose' | 'packsPerConnection'>;

/**
 * The hooks of an inner protocol, for the one around it. The inner one is given the same connection,
 * which sends what the outer one packs: it must not send by itself.
 */
export function hooksOf<In, Out, NewOut>(protocol: Protocol<In, Out>): Hooks<NewOut> {
  const inner = (connection: unknown) => connection as Connection<Out>;
  return {
    ...(protocol.packsPerConnection !== undefined && {
      packsPerConnection: protocol.packsPerConnection,
    }),
    ...(protocol.onOpen && { onOpen: (connection) => protocol.onOpen?.(inner(connection)) }),
    ...(protocol.onClose && { onClose: (connection) => protocol.onClose?.(inner(connection)) }),
  };
}
