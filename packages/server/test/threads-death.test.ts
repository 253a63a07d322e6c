import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { until } from './client.js';
import { pollers } from './pollers.js';
import { type Member, Threads } from './threads.js';

const natives = pollers.filter(({ name }) => name !== 'node');
const SMALL = { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 4 };

/** Open descriptors; the same where the system does not tell. */
const descriptors = () => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);

/** Keeps asking, one message at a time, until told to stop; fails when a reply is not what was sent. */
class Load {
  replies = 0;
  wrong: string[] = [];
  #running = true;
  readonly done: Promise<void>;

  constructor(member: Member) {
    this.done = this.#run(member);
  }

  stop(): Promise<void> {
    this.#running = false;
    return this.done;
  }

  async #run(member: Member): Promise<void> {
    while (this.#running) {
      const sent = `load ${this.replies}`;
      const reply = await member.ask(sent);
      if (reply !== sent) this.wrong.push(reply);
      this.replies += 1;
    }
  }
}

describe.each(natives)('a thread that dies on $name', (choice) => {
  it.each([
    ['an uncaught error', 'timer', /died in a timer/],
    ['a rejection', 'rejection', /died of a rejection/],
    ['process.exit', 'exit', /code 3/],
    ['no more memory', 'memory', /memory/],
  ])('of %s takes nobody with it and is replaced', async (_what, die, message) => {
    await using threads = await Threads.start(choice, { resourceLimits: SMALL });
    const members = await threads.members(8);
    const dying = members.filter(({ loop }) => loop === 0);
    const living = members.filter(({ loop }) => loop === 1);
    const loads = living.map((member) => new Load(member));
    threads.server.loops[0]!.post({ die });
    await until(() => threads.exits.length === 1);
    expect(threads.exits[0]).toMatchObject({
      loop: 0,
      error: { message: expect.stringMatching(message) },
    });
    await until(() => dying.every(({ ended }) => ended));
    expect(threads.server.connections).toBe(4);
    await until(() => threads.starts.length === 1);
    const next = await threads.members(4);
    expect(new Set(next.map(({ loop }) => loop)).size).toBe(2);
    const ids = [...members, ...next].map(({ id }) => id);
    expect(new Set(ids).size).toBe(12);
    await Promise.all(loads.map((load) => load.stop()));
    expect(loads.every(({ replies, wrong }) => replies > 0 && wrong.length === 0)).toBe(true);
    expect(living.every(({ failed, ended }) => failed === undefined && !ended)).toBe(true);
  });

  it('is given no connections until it is back', async () => {
    await using threads = await Threads.start(choice);
    threads.server.loops[0]!.post({ die: 'timer' });
    await until(() => threads.exits.length === 1);
    const meanwhile = await threads.members(3);
    // It may be back while they come, but not before its thread was started anew.
    const isBack = threads.starts.length === 1;
    expect(meanwhile.every(({ failed }) => failed === undefined)).toBe(true);
    if (!isBack) expect(meanwhile.map(({ loop }) => loop)).toEqual([1, 1, 1]);
    await until(() => threads.starts.length === 1);
  });

  it('keeps its clients waiting when it was the last', async () => {
    await using threads = await Threads.start(choice);
    for (const loop of threads.server.loops) loop.post({ die: 'timer' });
    await until(() => threads.exits.length === 2);
    const member = await threads.member();
    expect(member.failed).toBeUndefined();
  });

  it('waits longer each time', async () => {
    await using threads = await Threads.start(choice);
    for (let deaths = 1; deaths <= 4; deaths += 1) {
      threads.server.loops[1]!.post({ die: 'timer' });
      await until(() => threads.starts.length === deaths);
    }
    const waits = threads.exits.map(({ restartIn }) => restartIn);
    expect(waits).toHaveLength(4);
    expect(waits[3]!).toBeGreaterThan(2 * waits[0]!);
  });

  it('leaves no descriptor behind', async () => {
    await using threads = await Threads.start(choice);
    await threads.members(2);
    for (let round = 1; round <= 4; round += 1) {
      const members = await threads.members(10);
      threads.server.loops[round % 2]!.post({ die: 'timer' });
      await until(() => threads.starts.length === round);
      for (const { socket } of members) socket.destroy();
      if (round === 1) await until(() => threads.server.connections <= 1);
    }
    await until(() => threads.server.connections === 0);
    const before = descriptors();
    threads.server.loops[0]!.post({ die: 'timer' });
    await until(() => threads.starts.length === 5);
    await until(() => descriptors() <= before);
  });

  it('does not keep a server from closing', async () => {
    const threads = await Threads.start(choice);
    threads.server.loops[0]!.post({ die: 'timer' });
    await until(() => threads.exits.length === 1);
    await threads.server.close({ timeout: 100 });
    expect(threads.starts).toEqual([]);
  });
});
