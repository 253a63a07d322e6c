import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address } from '@gev/core';
import { describe, expect, it } from 'vitest';
import { Server, type ServerOptions } from '../src/index.js';
import { until } from './client.js';
import { pollers } from './pollers.js';
import { Lines, listed, MEMBER, Threads } from './threads.js';

const address = 'tcp://127.0.0.1:0';
const natives = pollers.filter(({ name }) => name !== 'node');
const node = pollers.filter(({ name }) => name === 'node');

describe('options of several loops', () => {
  const echo = { onMessage: () => {} };
  it.each([
    [{ loops: 0, handler: MEMBER }, /loops is 0/],
    [{ loops: 1.5, handler: MEMBER }, /loops is 1.5/],
    [{ loops: 'many', handler: MEMBER }, /loops is 'many'.*'auto'/],
    [{ loops: 5000, handler: MEMBER }, /loops is 5000/],
    [{ loops: 2, handler: echo }, /another thread.*defineHandler/],
    [{ loops: 'auto', handler: echo }, /another thread/],
    [{ loops: 2, handler: MEMBER, context: () => 1 }, /context.*return \{ handler, context \}/],
    [{ loops: 2, handler: MEMBER, balancer: 'fair' }, /fair.*round-robin/],
    [{ handler: echo, idleTimeout: -1 }, /idleTimeout is -1/],
    [{ handler: echo, idleTimeout: { reed: 5 } }, /'reed'/],
    [{ handler: echo, maxConnections: 0 }, /maxConnections is 0/],
    [{ handler: echo, maxConnectionsPerAddress: 1.5 }, /maxConnectionsPerAddress/],
    [{ handler: echo, timerTick: 0 }, /timerTick is 0/],
  ])('%o is refused at the call', (options, message) => {
    const make = () =>
      new Server(
        { address, ...options } as unknown as ServerOptions<never, never, unknown>,
        pollers[0]!,
      );
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_GEV_INVALID_OPTION' }));
    expect(make).toThrow(message);
  });
});

describe.each(pollers)('several loops on $name', (choice) => {
  it('serve from threads of their own, with ids of their own', async () => {
    await using threads = await Threads.start(choice, { loops: 3 });
    const members = await threads.members(9);
    expect(new Set(members.map(({ id }) => id)).size).toBe(9);
    expect(members.every(({ thread }) => thread > 0)).toBe(true);
    expect(await Promise.all(members.map((member) => member.ask('echo me')))).toEqual(
      members.map(() => 'echo me'),
    );
    expect(threads.server.connections).toBe(9);
    expect(threads.server.loops.map(({ id }) => id)).toEqual([0, 1, 2]);
    for (const { socket } of members) socket.destroy();
    await until(() => threads.server.connections === 0);
  });

  it('are given data, and run tasks', async () => {
    const data = { list: [1, 2], text: 'x' };
    await using threads = await Threads.start(choice, { data });
    const member = await threads.member();
    expect(JSON.parse(await member.ask('data'))).toEqual(data);
    expect(await member.ask('later')).toBe('later');
    expect(await member.ask('task')).toBe('task');
  });

  it('listen on unix sockets and several addresses', async () => {
    const path = join(tmpdir(), `gev-threads-${process.pid}-${choice.name}.sock`);
    await using threads = await Threads.start(choice, { address: [`unix://${path}`, address] });
    expect(threads.server.addresses[0]).toBe(`unix://${path}`);
    expect(threads.server.addresses[1]).toMatch(/^tcp:\/\/127\.0\.0\.1:[1-9]/);
    const member = await threads.member();
    expect(member.id).toBeGreaterThan(0);
  });

  it.each([
    ['a missing module', new URL('./fixtures/nowhere.mjs', import.meta.url), {}, /nowhere/],
    [
      'a module without a factory',
      new URL('./fixtures/frames.mjs', import.meta.url),
      {},
      /default export/,
    ],
    ['a factory that throws in one loop', MEMBER, { failIn: 1 }, /the factory threw/],
    ['a factory that sends', MEMBER, { sendsEarly: true }, /no connections while/],
  ])('refuse to start with %s', async (_what, handler, data, message) => {
    const threads = new Threads(choice, { handler, data: data as unknown as undefined });
    const listening = threads.server.listen();
    await expect(listening).rejects.toMatchObject({ code: 'ERR_GEV_HANDLER_MODULE' });
    await expect(listening).rejects.toThrow(message);
    await threads.server.close();
    expect(threads.exits).toEqual([]);
  });

  it('refuse data that cannot be cloned', async () => {
    const threads = new Threads(choice, { data: { call: () => 1 } as unknown as undefined });
    await expect(threads.server.listen()).rejects.toMatchObject({ code: 'ERR_GEV_INVALID_OPTION' });
  });

  it('say which address is taken, and leave nothing', async () => {
    await using first = await Threads.start(choice);
    const second = new Threads(choice, { address: first.server.address });
    await expect(second.server.listen()).rejects.toMatchObject({ code: 'ERR_GEV_ADDRESS_IN_USE' });
    await second.server.close();
  });
});

describe.each(natives)('balancing on $name', (choice) => {
  it('is by turns, unless told otherwise', async () => {
    await using threads = await Threads.start(choice, { loops: 3 });
    const loops = (await threads.members(9)).map(({ loop }) => loop);
    expect(loops.slice(3)).toEqual(loops.slice(0, 6));
    expect(new Set(loops).size).toBe(3);
  });

  it('gives to the loop with the fewest', async () => {
    await using threads = await Threads.start(choice, { balancer: 'least-connections' });
    const members = await threads.members(6);
    for (const { loop, socket } of members) if (loop === 0) socket.destroy();
    await until(() => threads.server.connections === 3);
    const next = await threads.members(3);
    expect(next.map(({ loop }) => loop)).toEqual([0, 0, 0]);
  });

  it('gives the same address to the same loop', async () => {
    await using threads = await Threads.start(choice, { loops: 3, balancer: 'source-hash' });
    const hosts = Array.from({ length: 12 }, (_, i) => `127.0.0.${i + 1}`);
    const seen = new Set<number>();
    for (const host of hosts) {
      const [one, other] = [await threads.member(host), await threads.member(host)];
      expect(other.loop).toBe(one.loop);
      seen.add(one.loop);
    }
    expect(seen.size).toBe(3);
  });

  it('asks a function, with the loops and the peer', async () => {
    const peers: Address[] = [];
    await using threads = await Threads.start(choice, {
      balancer: (loops, peer) => {
        peers.push(peer);
        return loops.length - 1;
      },
    });
    const members = await threads.members(3);
    expect(members.map(({ loop }) => loop)).toEqual([1, 1, 1]);
    expect(peers[0]).toEqual({
      transport: 'tcp',
      host: '127.0.0.1',
      port: members[0]!.socket.localPort,
    });
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no idea');
      },
      /threw/,
    ],
    ['picks nobody', () => 99, /not there|threw/],
  ])('serves all the same when the balancer %s', async (_what, pick, message) => {
    await using threads = await Threads.start(choice, { balancer: { name: 'bad', pick } });
    const members = await threads.members(4);
    expect(new Set(members.map(({ loop }) => loop)).size).toBe(2);
    expect(threads.log.lines.join('\n')).toMatch(message);
  });

  it("is the kernel's with reusePort", async () => {
    await using threads = await Threads.start(choice, { reusePort: true });
    const members = await threads.members(64);
    expect(new Set(members.map(({ loop }) => loop)).size).toBe(2);
    expect(threads.server.connections).toBe(64);
  });
});

describe.each(node)('where descriptors stay in their thread ($name)', (choice) => {
  it('the balancer is not asked, which is said', async () => {
    await using threads = await Threads.start(choice, { balancer: listed(1) });
    expect(threads.log.lines.pop()).toMatch(/^warn .*no balancer/);
    const members = await threads.members(3);
    // From Node 22.12 on the loops share the port, and the kernel chooses.
    if (threads.log.lines.length === 0) return;
    expect(members.map(({ loop }) => loop)).toEqual([0, 0, 0]);
    expect(threads.log.lines).toEqual([expect.stringMatching(/^warn .*loop 0 takes them all/)]);
  });
});

describe.each(pollers)('across loops on $name', (choice) => {
  it('messages find a connection by its id', async () => {
    await using threads = await Threads.start(choice);
    const [one, two, three] = await threads.members(3);
    for (const to of [two!, three!]) {
      expect(await one!.ask(`send ${to.id} hello-${to.id}`)).toBe('true');
      await to.heard(`hello-${to.id}`);
      expect(threads.server.send(to.id, `server-${to.id}`)).toBe(true);
      await to.heard(`server-${to.id}`);
    }
    expect(await one!.ask(`send ${one!.id + 2000} x`)).toBe('false');
  });

  it('keep their order', async () => {
    await using threads = await Threads.start(choice);
    const members = await threads.members(2);
    const expected: string[] = [];
    for (const member of members) member.text = '';
    for (let i = 0; i < 1000; i += 1) {
      const text = `${i};`;
      if (i % 10 === 0) threads.server.broadcast(text);
      else for (const { id } of members) threads.server.send(id, text);
      expected.push(text);
    }
    for (const member of members) {
      await member.heard('999;');
      expect(member.text).toBe(expected.join(''));
    }
  });

  it('reach all, some, or all but one', async () => {
    await using threads = await Threads.start(choice);
    const members = await threads.members(6);
    for (const [i, member] of members.entries()) await member.ask(`room ${i % 3}`);
    const clear = () => {
      for (const member of members) member.text = '';
    };
    clear();
    members[0]!.socket.write('all A');
    for (const member of members.slice(1)) await member.heard('A');
    threads.server.broadcast('B', { where: { room: '1' } });
    threads.server.broadcast('C', { where: { room: '1', other: 'x' } });
    threads.server.broadcast('D', { except: members[5]!.id });
    for (const member of members.slice(0, 5)) await member.heard('D');
    await members[5]!.ask('who');
    expect(members.slice(0, 5).map(({ text }) => text)).toEqual(['D', 'ABD', 'AD', 'AD', 'ABD']);
    expect(() => threads.server.broadcast('E', { wehre: {} } as never)).toThrow(/'wehre'/);
    expect(() => threads.server.broadcast('E', (() => true) as never)).toThrow(/function/);
  });

  it('a broadcast may be larger than the output region', async () => {
    await using threads = await Threads.start(choice, { outputSize: 64 * 1024, loops: 2 });
    const members = await threads.members(4);
    const big = 'x'.repeat(300_000);
    for (const member of members) member.text = '';
    threads.server.broadcast(big);
    for (const member of members) await until(() => member.text.length === big.length);
  });

  it('values are posted, both ways', async () => {
    await using threads = await Threads.start(choice);
    const [one, two] = await threads.members(2);
    const value = { list: [1n, new Date(0)], bytes: new Uint8Array([1, 2]) };
    expect(threads.server.loops[1]!.post(value)).toBe(true);
    expect(await one!.ask('post 1 hello')).toBe('true');
    threads.server.loops[1]!.post('posts');
    await until(() => threads.posts.length > 0);
    expect(threads.posts).toEqual([
      [
        { value, from: -1 },
        { value: { value: 'hello' }, from: one!.loop },
      ],
    ]);
    expect(two!.failed).toBeUndefined();
    expect(() => threads.server.loops[0]!.post(() => 1)).toThrow(
      expect.objectContaining({ code: 'ERR_GEV_INVALID_OPTION' }),
    );
  });

  it('a value that nobody listens for is told of', async () => {
    await using threads = await Threads.start(choice, { data: { deaf: true } as never });
    threads.server.loops[1]!.post('unheard');
    await until(() => threads.log.lines.some((line) => line.includes('no onPost')));
  });

  it('the same handler serves with one loop', async () => {
    await using threads = await Threads.start(choice, { loops: 1, data: { one: true } as never });
    const [one, two] = await threads.members(2);
    expect(one!.thread).toBe(0);
    expect(await one!.ask(`send ${two!.id} hi`)).toBe('true');
    await two!.heard('hi');
    threads.server.broadcast('all');
    await one!.heard('all');
    threads.server.loops[0]!.post('value');
    threads.server.loops[0]!.post('posts');
    await until(() => threads.posts.length > 0);
    expect(threads.posts).toEqual([[{ value: 'value', from: -1 }]]);
    expect(JSON.parse(await one!.ask('loops'))).toEqual([[0, 2]]);
  });

  it('nothing can be sent before listen and after close', async () => {
    const threads = new Threads(choice);
    const state = expect.objectContaining({ code: 'ERR_GEV_SERVER_STATE' });
    expect(() => threads.server.send(1, 'x')).toThrow(state);
    await threads.server.listen();
    await threads.server.close();
    expect(() => threads.server.broadcast('x')).toThrow(state);
  });
});

describe('lines of threads', () => {
  it('come to the logger of the server', async () => {
    const lines = new Lines();
    await using threads = await Threads.start(pollers[0]!, {
      logger: lines.logger,
      data: { deaf: true } as never,
    });
    threads.server.loops[0]!.post(1);
    await until(() => lines.lines.length === 1);
    expect(lines.lines[0]).toContain('onPost');
  });
});
