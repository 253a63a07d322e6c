import { describe, expect, expectTypeOf, it } from 'vitest';
import { createServer, defineHandler, defineProtocol, handlerModule } from '../src/index.js';

const address = 'tcp://127.0.0.1:0';

interface Order {
  readonly item: string;
}

const orders = defineProtocol<Order, string>({
  unpack: () => ({ item: 'tea' }),
  pack: (message, out) => void out.writeString(message),
});

/** Never called: what is tested here is checked by `pnpm typecheck`. */
export function typesFlowWithoutArguments(): void {
  createServer({
    address,
    handler: {
      onMessage(c, data) {
        expectTypeOf(data).toEqualTypeOf<Uint8Array>();
        c.send('text');
        c.send(data);
        return data;
      },
    },
  });
  createServer({
    address,
    protocol: orders,
    context: () => ({ served: 0 }),
    handler: {
      onMessage(c, order) {
        expectTypeOf(order).toEqualTypeOf<Order>();
        expectTypeOf(c.context).toEqualTypeOf<{ served: number }>();
        c.send('done');
        // @ts-expect-error the protocol packs strings only
        c.send(new Uint8Array(1));
        return order.item;
      },
    },
  });
  // @ts-expect-error a reply that the protocol cannot pack
  createServer({ address, protocol: orders, handler: { onMessage: () => 42 } });
  // @ts-expect-error a handler without onMessage
  createServer({ address, handler: {} });
  // @ts-expect-error a wrong option name
  createServer({ adress: address, handler: { onMessage: () => {} } });
  defineHandler((loop) => ({ onMessage: (_c, data) => (loop.id === 0 ? data : 'x') }));
}

/** As `typeof import('./orders.js')` would be. */
interface OrdersModule {
  readonly default: ReturnType<typeof makeOrders>;
}

function makeOrders() {
  return defineHandler<Order, string, unknown, { readonly table: number }>((_loop, data) => {
    expectTypeOf(data).toEqualTypeOf<{ readonly table: number }>();
    return { protocol: orders, handler: { onMessage: (_c, order) => order.item } };
  });
}

/** Never called, as above. */
export function typesFlowFromAModule(): void {
  const handler = handlerModule<OrdersModule>(new URL('./orders.js', import.meta.url));
  const server = createServer({ address, loops: 2, handler, data: { table: 7 } });
  server.send(1, 'tea');
  server.broadcast('tea', { where: { table: 7 }, except: 1 });
  // @ts-expect-error the module's protocol packs strings only
  server.send(1, new Uint8Array(1));
  // @ts-expect-error the module wants a number
  createServer({ address, handler, data: { table: 'seven' } });
  // @ts-expect-error a balancer that there is not
  createServer({ address, handler, data: { table: 7 }, balancer: 'fair' });
  createServer({
    address,
    loops: 'auto',
    handler: new URL('./any.js', import.meta.url),
    balancer: (loops, peer) => (peer.transport === 'unix' ? 0 : loops.length - 1),
  });
}

describe('run-time checks behind the types', () => {
  it('refuse what the compiler refuses', () => {
    const wrong = { adress: address, handler: { onMessage: () => {} } };
    expect(() => createServer(wrong as never)).toThrow(
      expect.objectContaining({ code: 'ERR_GEV_INVALID_OPTION' }),
    );
  });
});
