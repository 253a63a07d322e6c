import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { until } from './client.js';
import { pollers } from './pollers.js';
import { Member, Threads } from './threads.js';

const natives = pollers.filter(({ name }) => name !== 'node');

describe.each(pollers)('closing several loops on $name', (choice) => {
  it('sends whole replies to everything that was read', async () => {
    const threads = await Threads.start(choice);
    const members = await threads.members(40);
    const big = 'y'.repeat(20_000);
    for (const member of members) {
      member.text = '';
      member.socket.write(big);
    }
    await until(() => members.some(({ text }) => text.length > 0));
    await threads.server.close({ timeout: 5000 });
    await until(() => members.every(({ ended }) => ended));
    expect(members.filter(({ failed }) => failed !== undefined)).toEqual([]);
    for (const { text } of members) expect(big.startsWith(text)).toBe(true);
    expect(members.some(({ text }) => text.length === big.length)).toBe(true);
    const reasons = threads.posts.map((post) => (post as { closed: string }).closed);
    expect(new Set(reasons)).toEqual(new Set(['server-closing']));
    expect(reasons).toHaveLength(40);
  });

  it('destroys at the deadline who does not go, and may be asked twice', async () => {
    const threads = await Threads.start(choice);
    const stubborn = new Member(threads.server.address);
    stubborn.socket.allowHalfOpen = true;
    await stubborn.arrive();
    const started = performance.now();
    const closings = [
      threads.server.close({ timeout: 150 }),
      threads.server.close({ timeout: 9000 }),
    ];
    await Promise.all(closings);
    const took = performance.now() - started;
    expect(took).toBeGreaterThanOrEqual(149);
    expect(took).toBeLessThan(3000);
    stubborn.socket.destroy();
  });

  it('ends at once when told so later', async () => {
    const threads = await Threads.start(choice);
    const stubborn = new Member(threads.server.address);
    stubborn.socket.allowHalfOpen = true;
    await stubborn.arrive();
    const started = performance.now();
    const closing = threads.server.close({ timeout: 60_000 });
    await until(() => stubborn.socket.readableEnded);
    await threads.server.close({ timeout: 0 });
    await closing;
    expect(performance.now() - started).toBeLessThan(3000);
    stubborn.socket.destroy();
  });

  it('does not wait for what a module keeps running', async () => {
    const threads = await Threads.start(choice, { data: { keepsRunning: true } as never });
    const started = performance.now();
    await threads.server.close();
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it('may come while it starts', async () => {
    const threads = new Threads(choice);
    const listening = threads.server.listen();
    await threads.server.close();
    await listening;
    expect(() => new Member(threads.server.address)).not.toThrow();
  });
});

describe.each(natives)('closing on $name', (choice) => {
  it('ends a loop that never comes back', async () => {
    const threads = await Threads.start(choice);
    const [one, two] = await threads.members(2);
    threads.server.loops[one!.loop]!.post({ die: 'loop' });
    await threads.server.close({ timeout: 100 });
    await until(() => one!.ended && two!.ended);
  });
});

describe('a program with several loops', () => {
  it.each(['native', 'node'])('ends by itself when its server is closed (%s)', (poller) => {
    const program = fileURLToPath(new URL('./fixtures/close-and-end.mjs', import.meta.url));
    const run = spawnSync(process.execPath, [program, poller], {
      encoding: 'utf8',
      timeout: 15_000,
    });
    expect(run.stdout).toBe('echo\nclosed\n');
    expect(run.status).toBe(0);
  });
});
