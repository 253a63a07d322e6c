import { type Connection, defineProtocol, type GevError, type Subscriber } from '@gev/core';
import { describe, expect, it } from 'vitest';
import { Client, until } from './client.js';
import { frames } from './fixtures/frames.mjs';
import { pollers } from './pollers.js';
import { serve } from './serve.js';

const framed = (text: string) => `\0\0\0${String.fromCharCode(text.length)}${text}`;

/** Clients that sent their name, and their connections by it. */
async function named(address: string, connections: Map<string, Connection<string>>) {
  const clients = await Promise.all(['a', 'b', 'c'].map(() => Client.connect(address)));
  for (const [index, client] of clients.entries()) {
    client.socket.write(framed('abc'[index]!));
    client.socket.on('end', () => client.socket.end());
  }
  await until(() => connections.size === 3);
  return clients;
}

describe.each(pollers)('topics on $name', (choice) => {
  it('reach their subscribers, packed once, with the types of the protocol', async () => {
    const connections = new Map<string, Connection<string>>();
    let packed = 0;
    const counting = defineProtocol<string>({
      unpack: frames.unpack,
      pack(text, out, connection) {
        packed += 1;
        frames.pack(text, out, connection);
      },
    });
    await using server = await serve(
      choice,
      { onMessage: (c, name: string) => void connections.set(name, c) },
      { protocol: counting },
    );
    const [a, b, c] = await named(server.address, connections);
    const { topics } = connections.get('a')!.loop;
    const [one, two, three] = ['a', 'b', 'c'].map((name) => connections.get(name)!);
    expect([topics.subscribe(one!, 'x'), topics.subscribe(one!, 'x')]).toEqual([true, false]);
    topics.subscribe(two!, 'x');
    topics.subscribe(three!, 'y');
    expect([topics.subscribers('x'), topics.subscribers('y'), topics.subscribers('z')]).toEqual([
      2, 1, 0,
    ]);
    expect(topics.publish('x', 'hello')).toBe(true);
    expect(topics.publish('x', 'bye', { except: one!.id })).toBe(true);
    topics.publishPacked('y', Buffer.from('as it is'));
    await b!.receive(framed('hello').length + framed('bye').length);
    await c!.receive('as it is'.length);
    expect(String(a!.received)).toBe(framed('hello'));
    expect(String(b!.received)).toBe(framed('hello') + framed('bye'));
    expect(String(c!.received)).toBe('as it is');
    expect(packed).toBe(2);
  });

  it('end with their connections, and with leave', async () => {
    const connections = new Map<string, Connection<string>>();
    await using server = await serve(
      choice,
      { onMessage: (c, name: string) => void connections.set(name, c) },
      { protocol: frames },
    );
    const [a] = await named(server.address, connections);
    const one = connections.get('a')!;
    const { topics } = one.loop;
    for (const topic of ['x', 'y']) topics.subscribe(one, topic);
    expect(topics.of(one)).toEqual(['x', 'y']);
    a!.socket.destroy();
    await until(() => one.closed);
    await until(() => topics.subscribers('x') === 0 && topics.subscribers('y') === 0);
    expect(topics.subscribe(one, 'x')).toBe(false);
    const two = connections.get('b')!;
    topics.subscribe(two, 'x');
    topics.leave(two);
    expect([topics.of(two), topics.subscribers('x')]).toEqual([[], 0]);
  });

  it('pass over who reads too slowly and says so, and tell it', async () => {
    const connections = new Map<string, Connection<string>>();
    await using server = await serve(
      choice,
      { onMessage: (c, name: string) => void connections.set(name, c) },
      { protocol: frames },
    );
    const [slow, quick] = await named(server.address, connections);
    slow!.socket.pause();
    const one = connections.get('a')!;
    const { topics } = one.loop;
    const told: unknown[] = [];
    const options = {
      slowAbove: 1_000_000,
      onSlow: ({ id }: Subscriber, topic: string) => void told.push([id, topic]),
    };
    for (const name of ['a', 'b']) topics.subscribe(connections.get(name)!, 'news', options);
    one.send('x'.repeat(12_000_000));
    await until(() => one.writeBufferLength > 1_000_000);
    const before = one.writeBufferLength;
    topics.publish('news', 'now');
    expect(told).toEqual([[one.id, 'news']]);
    await quick!.receive(framed('now').length);
    expect(one.writeBufferLength).toBeLessThanOrEqual(before);
    slow!.socket.destroy();
  });

  it('ask who has a message under way whether it takes them now, later by itself, or never', async () => {
    const connections = new Map<string, Connection<string>>();
    await using server = await serve(
      choice,
      { onMessage: (c, name: string) => void connections.set(name, c) },
      { protocol: frames },
    );
    const [now, later, never] = await named(server.address, connections);
    const { topics } = connections.get('a')!.loop;
    const kept: string[] = [];
    const told: string[] = [];
    const nameOf = ({ id }: Subscriber) => [...connections].find(([, c]) => c.id === id)![0];
    const turns = { a: 'now', b: 'later', c: 'never' } as const;
    for (const [name, turn] of Object.entries(turns)) {
      topics.subscribe(connections.get(name)!, 'news', {
        turn(subscriber, bytes) {
          if (turn === 'later') kept.push(nameOf(subscriber), Buffer.from(bytes).toString());
          return turn;
        },
        onSlow: (subscriber) => void told.push(nameOf(subscriber)),
      });
    }
    topics.publish('news', 'news');
    expect([kept, told]).toEqual([['b', framed('news')], ['c']]);
    for (const name of ['b', 'c']) connections.get(name)!.send('last');
    const heard = [now!, later!, never!].map((client) => client.receive(framed('last').length));
    const texts = (await Promise.all(heard)).map(String);
    expect(texts).toEqual([framed('news'), framed('last'), framed('last')]);
  });

  it('let nobody take later what it reads too slowly for', async () => {
    const connections = new Map<string, Connection<string>>();
    await using server = await serve(
      choice,
      { onMessage: (c, name: string) => void connections.set(name, c) },
      { protocol: frames },
    );
    const [slow] = await named(server.address, connections);
    slow!.socket.pause();
    const one = connections.get('a')!;
    const told: string[] = [];
    one.loop.topics.subscribe(one, 'news', {
      slowAbove: 1_000_000,
      turn: () => 'later',
      onSlow: () => void told.push('slow'),
    });
    one.loop.topics.publish('news', 'kept');
    expect(told).toEqual([]);
    one.send('x'.repeat(12_000_000));
    await until(() => one.writeBufferLength > 1_000_000);
    one.loop.topics.publish('news', 'not kept');
    expect(told).toEqual(['slow']);
    slow!.socket.destroy();
  });

  it('take nobody for slow before the kernel was offered what a turn publishes', async () => {
    const connections = new Map<string, Connection<string>>();
    await using server = await serve(
      choice,
      { onMessage: (c, name: string) => void connections.set(name, c) },
      { protocol: frames },
    );
    const [quick] = await named(server.address, connections);
    const one = connections.get('a')!;
    const { topics } = one.loop;
    const told: unknown[] = [];
    topics.subscribe(one, 'news', { slowAbove: 2_000, onSlow: ({ id }) => void told.push(id) });
    const text = 'x'.repeat(1_000);
    for (let sent = 0; sent < 20; sent += 1) topics.publish('news', text);
    await quick!.receive(20 * (4 + text.length));
    expect(told).toEqual([]);
  });

  it('refuse to pack for all what is packed for each', async () => {
    const connections = new Map<string, Connection<string>>();
    await using server = await serve(
      choice,
      { onMessage: (c, name: string) => void connections.set(name, c) },
      { protocol: { ...frames, packsPerConnection: true } },
    );
    await named(server.address, connections);
    const { topics } = connections.get('a')!.loop;
    let code = '';
    try {
      topics.publish('x', 'y');
    } catch (error) {
      code = (error as GevError).code;
    }
    expect(code).toBe('ERR_GEV_HANDLER');
  });
});
