import type { Connection, GevError } from '@gev/core';
import { describe, expect, it } from 'vitest';
import { Client, until } from './client.js';
import { pollers } from './pollers.js';
import { Ends, serve } from './serve.js';

describe.each(pollers)('a connection on $name', (poller) => {
  it('has a typed context and keyed values', async () => {
    const seen: unknown[] = [];
    await using server = await serve(
      poller,
      {
        onConnect: (c) => c.set('since', 42),
        onMessage(c, data) {
          c.context.bytes += data.length;
          seen.push(c.context.bytes, c.get('since'), c.get('absent'), c.delete('since'));
          seen.push(c.get('since'));
          return 'ok';
        },
      },
      { context: () => ({ bytes: 0 }) },
    );
    const client = await Client.connect(server.address);
    client.socket.write('abc');
    await client.receive(2);
    expect(seen).toEqual([3, 42, undefined, true, undefined]);
    client.socket.destroy();
  });

  it('sends from outside a callback, and tells when the kernel has the bytes', async () => {
    let connection: Connection | undefined;
    await using server = await serve(poller, {
      onConnect: (c) => {
        connection = c;
      },
      onMessage: () => {},
    });
    const client = await Client.connect(server.address);
    await until(() => connection !== undefined);
    const flushed: (GevError | undefined)[] = [];
    let inside = true;
    connection!.send('one ', {
      onFlushed: (error) => {
        flushed.push(error);
        expect(inside).toBe(false);
      },
    });
    connection!.sendAll(['two ', Buffer.from('three')], { onFlushed: (e) => flushed.push(e) });
    expect([connection!.writeBufferLength, connection!.bytesFlushed]).toEqual([13, 0]);
    inside = false;
    expect((await client.receive(13)).toString()).toBe('one two three');
    await until(() => flushed.length === 2);
    expect(flushed).toEqual([undefined, undefined]);
    expect([connection!.writeBufferLength, connection!.bytesFlushed]).toEqual([0, 13]);
    client.socket.destroy();
  });

  it('sends from a callback to another connection in the same batch', async () => {
    const all: Connection[] = [];
    await using server = await serve(poller, {
      onConnect: (c) => void all.push(c),
      onMessage(_c, data) {
        for (const each of all) each.send(data);
      },
    });
    const clients = await Promise.all([1, 2, 3].map(() => Client.connect(server.address)));
    await until(() => all.length === 3);
    clients[0]!.socket.write('to all');
    for (const client of clients) {
      expect((await client.receive(6)).toString()).toBe('to all');
      client.socket.destroy();
    }
  });

  it('closes in order: what was sent leaves first, then onClose', async () => {
    const ends = new Ends();
    await using server = await serve(poller, {
      onMessage(c) {
        c.send(Buffer.alloc(300_000, 7));
        expect(c.sendable).toBe(true);
        c.close();
        c.close();
        expect([c.sendable, c.closed]).toEqual([false, false]);
        expect(() => c.send('late')).toThrow(expect.objectContaining({ code: 'ERR_GEV_CLOSED' }));
      },
      ...ends.handler,
    });
    const client = await Client.connect(server.address);
    client.socket.write('go');
    await until(() => client.ended);
    expect(client.size).toBe(300_000);
    expect(ends.reasons).toEqual([]);
    client.socket.end();
    await until(() => ends.reasons.length === 1);
    expect(ends.reasons).toEqual(['local-closed']);
    expect(ends.codes).toEqual([]);
    expect(server.connections).toBe(0);
  });

  it('does not lose a reply to input that it no longer reads', async () => {
    const ends = new Ends();
    await using server = await serve(poller, {
      onMessage(c) {
        c.send(Buffer.alloc(100_000, 1));
        c.close();
      },
      ...ends.handler,
    });
    const client = await Client.connect(server.address);
    for (let i = 0; i < 50; i++) client.socket.write(Buffer.alloc(10_000));
    await until(() => client.ended);
    expect(client.size).toBe(100_000);
    expect(client.failed).toBeUndefined();
    client.socket.end();
    await until(() => ends.reasons.length === 1);
  });

  it('destroys at once, tells waiters why, and calls onClose once', async () => {
    const ends = new Ends();
    const waiters: (string | undefined)[] = [];
    await using server = await serve(poller, {
      onMessage(c) {
        c.pause();
        c.send(Buffer.alloc(8_000_000), { onFlushed: (error) => waiters.push(error?.code) });
        c.destroy();
        c.destroy();
        c.close();
        expect(c.closed).toBe(true);
        expect(ends.reasons).toEqual([]);
      },
      ...ends.handler,
    });
    const client = await Client.connect(server.address);
    client.socket.pause();
    client.socket.write('go');
    await until(() => ends.reasons.length === 1);
    expect(ends.reasons).toEqual(['local-destroyed']);
    expect(waiters).toEqual(['ERR_GEV_CLOSED']);
    client.socket.resume();
    await until(() => client.closed || client.ended);
    client.socket.destroy();
  });

  it('ends its sending side after the flush and goes on receiving', async () => {
    const ends = new Ends();
    let heard = '';
    await using server = await serve(poller, {
      onConnect(c) {
        c.send(Buffer.alloc(200_000, 1));
        c.shutdownWrite();
        expect(() => c.send('late')).toThrow(/shutdownWrite/);
      },
      onMessage: (_c, data) => {
        heard += Buffer.from(data).toString();
      },
      ...ends.handler,
    });
    const client = await Client.connect(server.address);
    await until(() => client.ended);
    expect(client.size).toBe(200_000);
    client.socket.write('still here');
    await until(() => heard === 'still here');
    expect(ends.reasons).toEqual([]);
    client.socket.end();
    await until(() => ends.reasons.length === 1);
    expect(ends.reasons).toEqual(['peer-closed']);
  });

  it('closes when the peer ends, after the replies to all that it sent', async () => {
    const ends = new Ends();
    await using server = await serve(poller, { onMessage: (_c, data) => data, ...ends.handler });
    const client = await Client.connect(server.address);
    client.socket.end(Buffer.alloc(500_000, 3));
    await until(() => client.ended);
    expect(client.size).toBe(500_000);
    await until(() => ends.reasons.length === 1);
    expect(ends.reasons).toEqual(['peer-closed']);
  });

  it('stays open for sending after the peer ends, where half-open is allowed', async () => {
    const ends = new Ends();
    await using server = await serve(
      poller,
      {
        onMessage: () => {},
        onEnd(c) {
          c.send('after your end');
          setTimeout(() => {
            c.send(', and later');
            c.close();
          }, 5);
        },
        ...ends.handler,
      },
      { allowHalfOpen: true },
    );
    const client = await Client.connect(server.address);
    client.socket.end('x');
    await until(() => client.ended);
    expect(client.received.toString()).toBe('after your end, and later');
    await until(() => ends.reasons.length === 1);
    expect(ends.reasons).toEqual(['local-closed']);
  });

  it('pauses and resumes: nothing is delivered between, nothing is lost', async () => {
    let connection: Connection | undefined;
    let heard = 0;
    const ends = new Ends();
    await using server = await serve(poller, {
      onConnect(c) {
        connection = c;
        c.pause();
      },
      onMessage: (_c, data) => {
        heard += data.length;
      },
      ...ends.handler,
    });
    const client = await Client.connect(server.address);
    client.socket.end(Buffer.alloc(400_000));
    await until(() => connection !== undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(heard).toBe(0);
    expect(connection!.paused).toBe(true);
    connection!.resume();
    expect(connection!.paused).toBe(false);
    await until(() => ends.reasons.length === 1);
    expect(heard).toBe(400_000);
    expect(ends.reasons).toEqual(['peer-closed']);
    client.socket.destroy();
  });

  it('stops between two messages of one read when paused there', async () => {
    const heard: number[] = [];
    let connection: Connection | undefined;
    const bytes = {
      unpack: (buffer: { length: number; take(n: number): Uint8Array | undefined }) =>
        buffer.length === 0 ? undefined : buffer.take(1),
      pack: () => {},
    };
    await using server = await serve<Uint8Array, Uint8Array>(
      poller,
      {
        onConnect: (c) => {
          connection = c as Connection;
        },
        onMessage(c, one) {
          heard.push(one[0]!);
          if (one[0] === 2) c.pause();
        },
      },
      { protocol: bytes },
    );
    const client = await Client.connect(server.address);
    client.socket.write(Buffer.from([1, 2, 3, 4]));
    await until(() => heard.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(heard).toEqual([1, 2]);
    expect(connection!.readBufferLength).toBe(2);
    connection!.resume();
    await until(() => heard.length === 4);
    expect(heard).toEqual([1, 2, 3, 4]);
    expect(connection!.readBufferLength).toBe(0);
    client.socket.destroy();
  });

  it('tells every waiter, also when one of them throws', async () => {
    const ends = new Ends();
    const told: string[] = [];
    await using server = await serve(poller, {
      onMessage(c) {
        for (const name of ['a', 'b', 'c']) {
          c.send(name, {
            onFlushed: (error) => {
              told.push(error === undefined ? name : `${name} ${error.code}`);
              if (name === 'a') throw new Error('on purpose');
            },
          });
        }
      },
      ...ends.handler,
    });
    const client = await Client.connect(server.address);
    client.socket.end('x');
    await until(() => ends.reasons.length === 1);
    expect(told).toEqual(['a', 'b', 'c']);
    expect(ends.codes).toEqual(['ERR_GEV_HANDLER']);
    expect(ends.reasons).toEqual(['handler-error']);
  });
});
