import { once } from 'node:events';
import type * as zlib from 'node:zlib';
import { afterAll, describe, expect, it, vi } from 'vitest';
import Ws from 'ws';
import { chooseCodecs } from '../src/deflate/deflate.js';
import { FreshCodecs } from '../src/deflate/fresh-codecs.js';
import { resolveDeflate } from '../src/deflate/options.js';
import { serve } from './serve.js';

// A runtime whose streams of zlib have nothing beneath that could be driven by hand.
vi.mock('node:zlib', async (original) => {
  const real = await original<typeof zlib>();
  const bare = () => ({ on: () => {}, close: () => {} });
  return { ...real, createDeflateRaw: bare, createInflateRaw: bare };
});

afterAll(() => void vi.restoreAllMocks());

describe('where zlib can only be used as it is documented', () => {
  it('compression works all the same, with ws as the peer', async () => {
    expect(chooseCodecs(resolveDeflate({})!, 1000)).toBeInstanceOf(FreshCodecs);
    for (const takeover of [true, false]) {
      let inParts = false;
      await using server = await serve({
        deflate: { threshold: 0, ownContextTakeover: takeover, peerContextTakeover: takeover },
        // Every other one in parts.
        onMessage: (ws, data) => {
          inParts = !inParts;
          if (!inParts) return data;
          const message = ws.beginMessage('text');
          for (const part of [data.slice(0, 5), '', data.slice(5)]) message.write(part as string);
          message.end();
          return undefined;
        },
      });
      const ws = new Ws(server.url, { perMessageDeflate: { threshold: 0 } });
      await once(ws, 'open');
      const sent = Array.from({ length: 20 }, (_none, index) => `${index} `.repeat(index * 500));
      const got: string[] = [];
      ws.on('message', (data) => void got.push(String(data)));
      for (const text of sent) ws.send(text);
      await expect.poll(() => got).toEqual(sent);
      expect(ws.extensions).toContain('permessage-deflate');
      ws.close();
      await once(ws, 'close');
    }
  });
});
