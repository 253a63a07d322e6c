import { Counter, EventKind, OrderKind } from '@gev/core';
import { describe, expect, it, vi } from 'vitest';
import { type AcceptorChannel, ReactorLoop } from '../src/index.js';
import { ScriptedPoller } from './scripted-poller.js';

/** Notes what it is told, in order, over all channels of a test. */
class Recorder implements AcceptorChannel {
  readonly generation: number;
  constructor(
    readonly loop: ReactorLoop,
    readonly slot: number,
    readonly log: string[],
    generation = 1,
  ) {
    this.generation = generation;
    loop.register(this);
  }
  onData(offset: number, length: number): void {
    const { arena } = this.loop.poller.memory;
    const text = Buffer.from(arena.subarray(offset, offset + length)).toString();
    this.log.push(`${this.slot} data ${text}`);
    this.react(text);
  }
  react(_text: string): void {}
  onConnected(): void {
    this.log.push(`${this.slot} connected`);
  }
  onEnded(): void {
    this.log.push(`${this.slot} ended`);
  }
  onClosed(errno: number): void {
    this.log.push(`${this.slot} closed ${errno}`);
  }
  onBacklog(): void {
    this.log.push(`${this.slot} backlog`);
  }
  onFlushed(): void {
    this.log.push(`${this.slot} flushed`);
  }
  onWake(): void {
    this.log.push(`${this.slot} wake`);
  }
  onFault(error: unknown): void {
    this.log.push(`${this.slot} fault ${(error as Error).message}`);
  }
  onAccepted(slot: number, generation: number): boolean {
    this.log.push(`${this.slot} accepted ${slot}/${generation}`);
    if (slot !== 8) new Recorder(this.loop, slot, this.log, generation);
    return slot !== 8;
  }
  onAcceptFailed(errno: number): void {
    this.log.push(`${this.slot} acceptFailed ${errno}`);
  }
  send(text: string): void {
    this.loop.outbox.begin(this.slot, this.generation);
    this.loop.outbox.writeString(text);
    this.loop.outbox.end();
    this.loop.schedule();
  }
}

function setUp() {
  const poller = new ScriptedPoller();
  const loop = new ReactorLoop({ poller, id: 3 });
  loop.start();
  const log: string[] = [];
  const channel = (slot: number, generation = 1) => new Recorder(loop, slot, log, generation);
  return { poller, loop, log, channel };
}

const microtasks = () => Promise.resolve();

describe('dispatch', () => {
  it('gives each row to its channel and flushes once, after the last', () => {
    const { poller, loop, log, channel } = setUp();
    const one = channel(1);
    channel(2);
    one.react = (text) => {
      one.send(text.toUpperCase());
      expect(poller.flushes).toBe(0);
    };
    poller.batch([
      { kind: EventKind.data, slot: 1, bytes: 'a' },
      { kind: EventKind.data, slot: 2, bytes: 'b' },
      { kind: EventKind.data, slot: 1, bytes: 'c' },
      { kind: EventKind.ended, slot: 2 },
      { kind: EventKind.backlog, slot: 1 },
      { kind: EventKind.acceptFailed, slot: 2, detail: 24 },
      { kind: EventKind.closed, slot: 1, detail: 104 },
    ]);
    expect(log).toEqual([
      '1 data a',
      '2 data b',
      '1 data c',
      '2 ended',
      '1 backlog',
      '2 acceptFailed 24',
      '1 closed 104',
    ]);
    expect([poller.flushes, poller.sent]).toEqual([1, ['1:AC']]);
    expect(loop.counters[Counter.batches]).toBe(1);
    expect(loop.counters[Counter.events]).toBe(7);
    expect([loop.id, loop.pollerName]).toEqual([3, 'scripted']);
  });

  it('drops rows of a handle that is gone, also when its slot has a new owner', () => {
    const { poller, log, channel } = setUp();
    const old = channel(1, 1);
    old.react = () => {
      old.loop.unregister(old);
      channel(1, 2);
    };
    poller.batch([
      { kind: EventKind.data, slot: 1, bytes: 'first' },
      { kind: EventKind.data, slot: 1, bytes: 'stale' },
      { kind: EventKind.data, slot: 1, generation: 2, bytes: 'new' },
      { kind: EventKind.data, slot: 9, bytes: 'nobody' },
    ]);
    expect(log).toEqual(['1 data first', '1 data new']);
    old.loop.unregister(old);
    poller.batch([{ kind: EventKind.data, slot: 1, generation: 2, bytes: 'still there' }]);
    expect(log.at(-1)).toBe('1 data still there');
  });

  it('a channel that throws loses nothing of the next row', () => {
    const { poller, log, channel } = setUp();
    channel(1).react = () => {
      throw new Error('on purpose');
    };
    channel(2);
    poller.batch([
      { kind: EventKind.data, slot: 1, bytes: 'a' },
      { kind: EventKind.data, slot: 2, bytes: 'b' },
    ]);
    expect(log).toEqual(['1 data a', '1 fault on purpose', '2 data b']);
  });

  it('tells a row of an unknown kind as a fault', () => {
    const { poller, log, channel } = setUp();
    channel(1);
    poller.batch([{ kind: 99, slot: 1 }]);
    expect(log).toEqual(['1 fault the poller sent a row of kind 99']);
  });

  it('tells the listener what it accepted, and aborts what no listener wants any more', () => {
    const { poller, log, channel } = setUp();
    channel(0);
    poller.batch([
      { kind: EventKind.accepted, slot: 5, generation: 7, detail: 0 },
      { kind: EventKind.accepted, slot: 6, detail: 1 },
      { kind: EventKind.accepted, slot: 8, detail: 0 },
    ]);
    expect(log).toEqual(['0 accepted 5/7', '0 accepted 8/1']);
    expect(poller.orders).toEqual([`6:${OrderKind.abort}`, `8:${OrderKind.abort}`]);
  });
});

describe('outside of a batch', () => {
  it('all that is sent in one turn leaves with one flush, in the same turn', async () => {
    const { poller, channel } = setUp();
    const one = channel(1);
    one.send('a');
    one.send('b');
    expect(poller.flushes).toBe(0);
    await microtasks();
    expect([poller.flushes, poller.sent]).toEqual([1, ['1:ab']]);
  });

  it('tells results once, after the flush, and forgets a closed channel first', async () => {
    const { poller, log, channel } = setUp();
    const one = channel(1);
    poller.results = [
      { kind: EventKind.backlog, slot: 1 },
      { kind: EventKind.closed, slot: 1, detail: 32 },
      { kind: EventKind.backlog, slot: 1 },
    ];
    one.send('x');
    await microtasks();
    expect(log).toEqual(['1 backlog', '1 closed 32']);
  });

  it('what is sent while results are told is flushed in the same turn', async () => {
    const { poller, channel } = setUp();
    const [one, two] = [channel(1), channel(2)];
    one.onClosed = () => two.send('one is gone');
    poller.results = [{ kind: EventKind.closed, slot: 1 }];
    one.send('x');
    await microtasks();
    expect(poller.sent).toEqual(['1:x', '2:one is gone']);
  });

  it('a channel that sends each time it is told has to wait for a turn of its own', async () => {
    const { poller, loop, channel } = setUp();
    const one = channel(1);
    let told = 0;
    one.onFlushed = () => {
      told += 1;
      if (told < 5) {
        one.send('again');
        loop.afterFlush(one);
      }
    };
    loop.afterFlush(one);
    await microtasks();
    expect(told).toBe(1);
    await expect.poll(() => told).toBe(5);
    expect(poller.sent).toHaveLength(4);
  });

  it('wakes each channel once, later', async () => {
    const { loop, log, channel } = setUp();
    loop.wake(channel(1));
    expect(log).toEqual([]);
    await microtasks();
    expect(log).toEqual(['1 wake']);
  });

  it('what a woken channel throws is its own fault', async () => {
    const { loop, log, channel } = setUp();
    const one = channel(1);
    one.onWake = () => {
      throw new Error('at waking');
    };
    loop.wake(one);
    loop.wake(channel(2));
    await microtasks();
    expect(log).toEqual(['1 fault at waking', '2 wake']);
  });
});

describe('tasks, timers and the end', () => {
  it('tasks run in their order, after the batch under way', async () => {
    const { poller, loop, log, channel } = setUp();
    channel(1).react = () => {
      loop.runInLoop(() => log.push('task 1'));
      loop.runInLoop(() => log.push('task 2'));
    };
    poller.batch([
      { kind: EventKind.data, slot: 1, bytes: 'a' },
      { kind: EventKind.data, slot: 1, bytes: 'b' },
    ]);
    await expect.poll(() => log).toHaveLength(6);
    expect(log).toEqual(['1 data a', '1 data b', 'task 1', 'task 2', 'task 1', 'task 2']);
  });

  it('timers run when they are due, on the period, and not after stop', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      const { loop } = setUp();
      const ran: string[] = [];
      loop.runAfter(10, () => ran.push('after'));
      loop.runAfter(10, () => ran.push('cancelled')).cancel();
      const every = loop.runEvery(10, () => ran.push('every'));
      vi.advanceTimersByTime(35);
      expect(ran).toEqual(['after', 'every', 'every', 'every']);
      every.cancel();
      every.cancel();
      loop.runEvery(10, () => ran.push('until stop'));
      vi.advanceTimersByTime(10);
      loop.stop();
      vi.advanceTimersByTime(100);
      expect(ran).toEqual(['after', 'every', 'every', 'every', 'until stop']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('a period is kept without drift, and missed periods are left out', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    let held = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => Date.now() + held);
    vi.setSystemTime(0);
    try {
      const { loop } = setUp();
      const at: number[] = [];
      loop.runEvery(10, () => {
        at.push(performance.now());
        // The third run holds the thread for two and a half periods.
        if (at.length === 3) held = 25;
      });
      vi.advanceTimersByTime(70);
      // The run that was due at 40 comes at once (setTimeout waits at least 1 ms), 50 is left out.
      expect(at).toEqual([10, 20, 30, 56, 60, 70, 80, 90]);
    } finally {
      clock.mockRestore();
      vi.useRealTimers();
    }
  });

  it('stop in the middle of a batch ends it: no more rows, no flush', () => {
    const { poller, loop, log, channel } = setUp();
    const one = channel(1);
    one.react = () => {
      one.send('too late');
      loop.stop();
      loop.stop();
    };
    poller.batch([
      { kind: EventKind.data, slot: 1, bytes: 'a' },
      { kind: EventKind.data, slot: 1, bytes: 'b' },
    ]);
    expect([log, poller.stopped, poller.flushes]).toEqual([['1 data a'], true, 0]);
  });
});
