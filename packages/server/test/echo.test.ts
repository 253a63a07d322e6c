import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineProtocol, parseAddress } from '@gev/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Client, until } from './client.js';
import { pollers } from './pollers.js';
import { Ends, serve } from './serve.js';

const frames = defineProtocol<Uint8Array>({
  unpack(buffer) {
    const size = buffer.peekUint32();
    if (size === undefined || buffer.length < 4 + size) return undefined;
    buffer.retrieve(4);
    return buffer.take(size);
  },
  pack(message, out) {
    out.writeUint32(message.length);
    out.write(message);
  },
});

describe.each(pollers)('a server on $name', (poller) => {
  it('echoes bytes and tells the real port', async () => {
    await using server = await serve(poller, { onMessage: (_c, data) => data });
    expect(server.address).toMatch(/^tcp:\/\/127\.0\.0\.1:[1-9]\d+$/);
    const client = await Client.connect(server.address);
    client.socket.write('hello');
    expect((await client.receive(5)).toString()).toBe('hello');
    client.socket.destroy();
  });

  it('answers with text as UTF-8', async () => {
    await using server = await serve(poller, { onMessage: () => 'größe €' });
    const client = await Client.connect(server.address);
    client.socket.write('x');
    expect((await client.receive(11)).toString()).toBe('größe €');
    client.socket.destroy();
  });

  it('listens on several addresses at once: IPv4, IPv6, a name, a unix socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gev-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'echo.sock');
    const address = ['tcp://127.0.0.1:0', 'tcp://[::1]:0', 'tcp://localhost:0', `unix://${path}`];
    await using server = await serve(poller, { onMessage: (_c, data) => data }, { address });
    expect(server.addresses).toHaveLength(4);
    for (const each of server.addresses) {
      const client = await Client.connect(each);
      client.socket.write(each);
      expect((await client.receive(each.length)).toString()).toBe(each);
      client.socket.destroy();
    }
  });

  it('knows both addresses of a connection, also when it is over', async () => {
    const ends = new Ends();
    const seen: string[] = [];
    await using server = await serve(poller, {
      onConnect: (c) => {
        if (c.remoteAddress.transport === 'tcp') seen.push(c.remoteAddress.host);
        expect(c.localAddress).toEqual(parseAddress(server.address));
      },
      onMessage: () => {},
      ...ends.handler,
    });
    const client = await Client.connect(server.address);
    const port = client.socket.localPort;
    client.socket.end();
    await until(() => ends.reasons.length === 1);
    expect(seen).toEqual(['127.0.0.1']);
    expect(ends.codes).toEqual([]);
    expect(ends.remotes).toEqual([{ transport: 'tcp', host: '127.0.0.1', port }]);
  });

  it('cuts frames wherever the chunks are cut, and delivers empty ones', async () => {
    await using server = await serve<Uint8Array, Uint8Array>(
      poller,
      { onMessage: (_c, body) => body },
      { protocol: frames },
    );
    const bodies = [0, 1, 5, 0, 300, 70_000, 0, 3].map((size) => Buffer.alloc(size, size));
    const sent = Buffer.concat(
      bodies.flatMap((body) => {
        const header = Buffer.alloc(4);
        header.writeUInt32BE(body.length);
        return [header, body];
      }),
    );
    for (const chunk of [1, 3, 4, 7, 1000, sent.length]) {
      const client = await Client.connect(server.address);
      client.socket.setNoDelay(true);
      // One byte at a time for the first hundred only: the rest shows nothing new.
      let at = 0;
      while (at < sent.length) {
        const size = at < 100 * chunk ? chunk : sent.length - at;
        client.socket.write(sent.subarray(at, at + size));
        at += size;
        if (at < 400) await new Promise((resolve) => setImmediate(resolve));
      }
      expect((await client.receive(sent.length)).equals(sent)).toBe(true);
      client.socket.destroy();
    }
  });

  it('sends the replies to one read in one piece', async () => {
    await using server = await serve<Uint8Array, Uint8Array>(
      poller,
      { onMessage: (_c, body) => body },
      { protocol: frames },
    );
    const client = await Client.connect(server.address);
    const chunks: number[] = [];
    client.socket.on('data', (chunk) => chunks.push(chunk.length));
    const frame = Buffer.from([0, 0, 0, 3, 1, 2, 3]);
    client.socket.write(Buffer.concat(Array.from({ length: 100 }, () => frame)));
    await client.receive(700);
    expect(chunks).toEqual([700]);
    client.socket.destroy();
  });

  it('passes a byte in four hops: batch, dispatch, connection, handler', async () => {
    let stack = '';
    await using server = await serve(poller, {
      onMessage(): void {
        stack = new Error('where').stack ?? '';
      },
    });
    const client = await Client.connect(server.address);
    client.socket.write('x');
    await until(() => stack !== '');
    const hops = stack
      .split('\n')
      .slice(2)
      .map((line) => /at (?:async )?([\w.#<>]+)/.exec(line)?.[1] ?? '')
      .map((name) => name.split('.').pop());
    expect(hops.slice(0, 4)).toEqual(['#deliver', 'onData', '#dispatch', 'onBatch']);
    client.socket.destroy();
  });

  it('overwrites the views of a batch when asked to', async () => {
    const kept: Uint8Array[] = [];
    await using server = await serve(
      poller,
      {
        onMessage: (_c, data) => {
          kept.push(data);
          return 'ok';
        },
      },
      { poisonViews: true },
    );
    const client = await Client.connect(server.address);
    client.socket.write('keep me');
    await client.receive(2);
    expect([...kept[0]!]).toEqual([...new Array(7).fill(0xdd)]);
    client.socket.destroy();
  });
});
