import { connect } from 'node:net';
import { LoopBoard } from '@gev/loop';
import { describe, expect, it } from 'vitest';
import { AddressCap } from '../src/address-cap.js';
import { Admission } from '../src/admission.js';
import { until } from './client.js';
import { pollers } from './pollers.js';
import { Member, Threads } from './threads.js';

const natives = pollers.filter(({ name }) => name !== 'node');

/** Connects all at once; gives those that were served, when the others have seen their end. */
async function burst(threads: Threads, count: number, host?: string): Promise<Member[]> {
  const members = Array.from({ length: count }, () => new Member(threads.server.address, host));
  for (const member of members) member.socket.write('who');
  await until(() => members.every(({ text, ended }) => text !== '' || ended));
  return members.filter(({ text }) => text !== '');
}

describe.each(pollers)('caps on $name', (choice) => {
  it.each([1, 2])('hold under a burst and give room again, with %i loops', async (loops) => {
    await using threads = await Threads.start(choice, { loops, maxConnections: 10 });
    const served = await burst(threads, 40);
    expect(served).toHaveLength(10);
    expect(threads.server.connections).toBe(10);
    served[0]!.socket.destroy();
    await until(() => threads.server.connections === 9);
    expect(await burst(threads, 5)).toHaveLength(1);
  });

  it.each([1, 2])('hold for each address, with %i loops', async (loops) => {
    await using threads = await Threads.start(choice, { loops, maxConnectionsPerAddress: 3 });
    const [one, other] = [
      await burst(threads, 10, '127.0.0.1'),
      await burst(threads, 10, '127.0.0.2'),
    ];
    expect([one.length, other.length]).toEqual([3, 3]);
    for (const { socket } of one) socket.destroy();
    await until(() => threads.server.connections === 3);
    expect(await burst(threads, 10, '127.0.0.2')).toHaveLength(0);
    // The thread of a loop tells of the address a moment after the count went down.
    let again: Member | undefined;
    while (again === undefined) [again] = await burst(threads, 1, '127.0.0.1');
  });
});

describe.each(natives)('caps and threads on $name', (choice) => {
  it('hold with a listener in each loop', async () => {
    await using threads = await Threads.start(choice, { reusePort: true, maxConnections: 8 });
    expect(await burst(threads, 40)).toHaveLength(8);
  });

  it('give back what a dead loop had', async () => {
    await using threads = await Threads.start(choice, { maxConnectionsPerAddress: 4 });
    await threads.members(4);
    threads.server.loops[0]!.post({ die: 'timer' });
    await until(() => threads.starts.length === 1);
    expect(threads.server.connections).toBe(2);
    expect(await burst(threads, 6)).toHaveLength(2);
  });
});

describe('a client that is one too many', () => {
  it('is told by an end, and not left waiting', async () => {
    await using threads = await Threads.start(pollers[0]!, { loops: 1, maxConnections: 1 });
    await threads.member();
    const socket = connect(Number(new URL(threads.server.address).port), '127.0.0.1');
    let ended = false;
    socket.on('close', () => {
      ended = true;
    });
    await until(() => ended);
  });
});

describe('AddressCap', () => {
  it('counts hosts apart, over all loops', () => {
    const cap = new AddressCap(2);
    expect([cap.enter('a', 0), cap.enter('a', 1), cap.enter('a', 0), cap.enter('b', 0)]).toEqual([
      true,
      true,
      false,
      true,
    ]);
    cap.leave('a', 1);
    expect([cap.enter('a', 2), cap.enter('a', 2)]).toEqual([true, false]);
  });

  it('forgets a loop at once, and ignores who was not there', () => {
    const cap = new AddressCap(1);
    cap.enter('a', 0);
    cap.leave('a', 5);
    expect(cap.enter('a', 1)).toBe(false);
    cap.clear(0);
    expect(cap.enter('a', 1)).toBe(true);
  });
});

describe('Admission', () => {
  const tcp = (host: string) => ({ transport: 'tcp', host, port: 1 }) as const;

  it('takes the place on the board back when the address has its most', () => {
    const board = new LoopBoard(1);
    const admission = new Admission(board, { maxConnections: 5, maxConnectionsPerAddress: 1 });
    expect([admission.enter(0, tcp('a')), admission.enter(0, tcp('a'))]).toEqual([true, false]);
    expect(board.total).toBe(1);
    admission.leave(0, tcp('a'));
    expect(board.total).toBe(0);
    expect(admission.enter(0, tcp('a'))).toBe(true);
  });

  it('does not count unix clients by address', () => {
    const board = new LoopBoard(1);
    const admission = new Admission(board, { maxConnections: 5, maxConnectionsPerAddress: 1 });
    const peer = { transport: 'unix', path: '' } as const;
    expect([admission.enter(0, peer), admission.enter(0, peer)]).toEqual([true, true]);
  });
});
