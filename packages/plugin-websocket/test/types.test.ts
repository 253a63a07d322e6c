import { connect, createServer, defineHandler } from 'gev';
import { expect, expectTypeOf, it } from 'vitest';
import {
  accept,
  type connectWebSocket,
  reject,
  type UpgradeRequest,
  webSocket,
} from '../src/index.js';

it('the type of data comes from what upgrade accepts with', () => {
  webSocket({
    upgrade: async ({ query }) => {
      const user = query.get('user');
      return user === null ? reject(401) : accept({ data: { user } });
    },
    onOpen: (ws, request) => {
      expectTypeOf(ws.data.user).toEqualTypeOf<string>();
      expectTypeOf(request).toEqualTypeOf<UpgradeRequest>();
    },
    onMessage: (ws, data, isBinary) => {
      expectTypeOf(ws.data.user).toEqualTypeOf<string>();
      expectTypeOf(data).toEqualTypeOf<string | Uint8Array>();
      expectTypeOf(isBinary).toEqualTypeOf<boolean>();
    },
  });
});

it('without upgrade there is no data, and with a type argument it is what that says', () => {
  webSocket({ onOpen: (ws) => expectTypeOf(ws.data).toEqualTypeOf<undefined>() });
  webSocket<number>({
    onOpen: (ws) => {
      ws.data = 7;
    },
  });
});

it('fits createServer, defineHandler and connect', () => {
  const server = createServer({ address: 'tcp://127.0.0.1:0', ...webSocket({}) });
  expectTypeOf(server.broadcast).toBeCallableWith('text');
  defineHandler(() => webSocket({ onMessage: (_ws, data) => data }));
  const options = { connect, data: { name: 'x' } };
  type Opened = Awaited<ReturnType<typeof connectWebSocket<{ name: string }>>>;
  expectTypeOf<Opened['data']>().toEqualTypeOf(options.data);
  // @ts-expect-error an option that does not exist
  expect(() => webSocket({ onmessage: () => {} })).toThrow();
  // @ts-expect-error a promise is no reply
  webSocket({ onMessage: async () => 'late' });
});
