import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { until } from './client.js';
import { pollers } from './pollers.js';
import { Hold, Member, Threads } from './threads.js';

const natives = pollers.filter(({ name }) => name !== 'node');

/** Connects and resets at once, so many times. */
async function reset(port: number, count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    await once(socket, 'connect');
    socket.resetAndDestroy();
    await once(socket, 'close');
  }
}

/** Clients that have asked; what they are answered comes when it comes. */
function asking(threads: Threads, count: number): Member[] {
  return Array.from({ length: count }, () => {
    const member = new Member(threads.server.address);
    member.socket.write('who');
    return member;
  });
}

const served = (members: readonly Member[]) => members.filter(({ text }) => text !== '').length;

describe.each(natives)('handing over on $name', (choice) => {
  it('counts a peer off that was reset on its way, whatever address the listener has', async () => {
    await using threads = await Threads.start(choice, {
      address: 'tcp://0.0.0.0:0',
      maxConnectionsPerAddress: 5,
    });
    const port = Number(/\d+$/.exec(threads.server.address)![0]);
    await reset(port, 100);
    await until(() => threads.server.connections === 0);
    let again: Member | undefined;
    while (again?.text === undefined || again.text === '') {
      again = new Member(`tcp://127.0.0.1:${port}`);
      await again.ask('who');
    }
  });

  it('lets clients wait while their loop has no handle for them', async () => {
    await using threads = await Threads.start(choice, { maxHandles: 20 });
    const members = asking(threads, 60);
    await until(() => served(members) >= 30);
    expect(members.filter(({ ended }) => ended)).toEqual([]);
    for (const member of members) {
      await until(() => member.text !== '');
      member.socket.destroy();
    }
    await until(() => threads.server.connections === 0);
    expect(threads.log.lines).toEqual([]);
  });

  it('bounds what waits for loops that are busy, and serves it when they are not', async () => {
    const holder = new Hold();
    const { hold } = holder;
    await using threads = await Threads.start(choice, { backlog: 4096, data: { hold } as never });
    for (const loop of threads.server.loops) loop.post({ holdOn: true });
    const members = asking(threads, 2400);
    await until(() => threads.log.lines.length > 0);
    expect(threads.log.lines).toEqual([expect.stringMatching(/no loop takes more connections/)]);
    expect(threads.server.connections).toBeLessThanOrEqual(2048);
    expect(served(members)).toBe(0);
    holder.letGo();
    await until(() => served(members) === members.length);
    expect(members.filter(({ failed }) => failed !== undefined)).toEqual([]);
    for (const { socket } of members) socket.destroy();
  });

  it('goes to another loop while one is busy and has its most', async () => {
    const holder = new Hold();
    await using threads = await Threads.start(choice, {
      backlog: 4096,
      balancer: { name: 'always 0', pick: () => 0 },
      data: { hold: holder.hold } as never,
    });
    threads.server.loops[0]!.post({ holdOn: true });
    const members = asking(threads, 1300);
    await until(() => served(members) >= 100);
    expect(members.filter(({ text }) => text.includes('@0/'))).toEqual([]);
    holder.letGo();
    await until(() => served(members) === members.length);
    for (const { socket } of members) socket.destroy();
  });

  it('leaves nobody counted who was on the way when the server closed', async () => {
    const { hold } = new Hold();
    const threads = await Threads.start(choice, { data: { hold } as never });
    for (const loop of threads.server.loops) loop.post({ holdOn: true });
    const members = asking(threads, 10);
    await until(() => threads.server.connections === 10);
    await threads.server.close({ timeout: 0 });
    expect(threads.server.connections).toBe(0);
    await until(() => members.every(({ ended }) => ended));
  });

  it('tells when a broadcast did not reach a loop that is far behind', async () => {
    const holder = new Hold();
    await using threads = await Threads.start(choice, { data: { hold: holder.hold } as never });
    await threads.members(2);
    const message = 'x'.repeat(1024 * 1024);
    expect(threads.server.broadcast('hello')).toBe(true);
    threads.server.loops[0]!.post({ holdOn: true });
    const told = Array.from({ length: 100 }, () => threads.server.broadcast(message));
    holder.letGo();
    expect(told.at(-1)).toBe(false);
  });
});

describe.each(pollers)('sending by id on $name', (choice) => {
  it.each([1, 2])('knows ids that were never given, with %i loops', async (loops) => {
    await using threads = await Threads.start(choice, { loops });
    const { id } = await threads.member();
    const never = [-1, 0, 0.5, Number.NaN, 1e18, id + 1000, '1' as unknown as number];
    expect(never.filter((wrong) => threads.server.send(wrong, 'x'))).toEqual([]);
    expect(threads.server.send(id, 'right')).toBe(true);
  });
});

describe('loops that listen themselves', () => {
  it('say which options have no effect, or less', async () => {
    await using threads = await Threads.start(natives[0]!, {
      reusePort: true,
      balancer: 'random',
      maxConnectionsPerAddress: 5,
    });
    expect(threads.log.lines).toEqual([
      expect.stringMatching(/^warn .*no balancer/),
      expect.stringMatching(/^warn .*in each loop/),
    ]);
  });
});
