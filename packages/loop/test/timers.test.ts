import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { describe, it } from 'vitest';
import { Timers, type TimersOptions } from '../src/timers.js';

const LONGEST = 2 ** 31 - 1;

/** A clock that is turned by hand, and the one timer that may wait on it. */
class Time {
  now = 1000.5;
  /** Delays that were asked for. */
  readonly delays: number[] = [];
  #waiting: { at: number; wake: () => void } | undefined;

  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  readonly options: TimersOptions = {
    clock: () => this.now,
    setTimer: (wake, delay) => {
      assert.equal(this.#waiting, undefined, 'a second timer');
      const waiting = { at: this.now + delay, wake };
      this.#waiting = waiting;
      this.delays.push(delay);
      return {
        cancel: () => {
          if (this.#waiting === waiting) this.#waiting = undefined;
        },
      };
    },
  };

  /** Lets time pass; timers wake on the way, when they are due. */
  pass(duration: number): void {
    const end = this.now + duration;
    while (this.#waiting !== undefined && this.#waiting.at <= end) {
      this.now = Math.max(this.now, this.#waiting.at);
      this.fire();
    }
    this.now = Math.max(this.now, end);
  }

  fire(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.wake();
  }
}

function setUp(options: TimersOptions = {}) {
  const time = new Time();
  const ran: string[] = [];
  const timers = new Timers({ ...time.options, ...options });
  const note = (name: string) => () => ran.push(`${name} ${time.now - 1000.5}`);
  return { time, timers, ran, note };
}

describe('Timers.runAfter', () => {
  it('runs each task when it is due, not earlier, and late by at most a tick', () => {
    const { time, timers, ran, note } = setUp();
    timers.runAfter(500, note('c'));
    timers.runAfter(10, note('a'));
    timers.runAfter(10.2, note('b'));
    timers.runAfter(0, note('now'));
    assert.equal(timers.armed, 4);
    time.pass(10);
    assert.deepEqual(ran, ['now 1']);
    time.pass(990);
    assert.deepEqual(ran, ['now 1', 'a 11', 'b 11', 'c 501']);
    assert.equal(timers.armed, 0);
  });

  it('holds one timer, moved only when an earlier deadline comes', () => {
    const { time, timers, note } = setUp();
    timers.runAfter(100, note('a'));
    for (let delay = 100; delay < 300; delay += 1) timers.runAfter(delay, note('b'));
    assert.deepEqual(time.delays, [101]);
    timers.runAfter(50, note('c'));
    assert.deepEqual(time.delays, [101, 51]);
  });

  it('holds no timer while nothing is armed', () => {
    const { time, timers, note } = setUp();
    assert.equal(time.isWaiting, false);
    const timer = timers.runAfter(10, note('a'));
    timers.runAfter(20, note('b')).cancel();
    assert.equal(time.isWaiting, true);
    timer.cancel();
    assert.equal(time.isWaiting, false);
    timers.runAfter(10, note('c'));
    time.pass(20);
    assert.equal(time.isWaiting, false);
  });

  it('waits for a deadline beyond what setTimeout can wait', () => {
    const { time, timers, ran, note } = setUp({ tick: 1000 });
    timers.runAfter(LONGEST, note('far'));
    time.pass(LONGEST - 1);
    assert.deepEqual(ran, []);
    time.pass(2000);
    assert.equal(ran.length, 1);
    assert.ok(Math.max(...time.delays) <= LONGEST);
  });

  it('waits on when it is woken too early or the clock stands still', () => {
    const { time, timers, ran, note } = setUp();
    timers.runAfter(10, note('a'));
    time.now += 5;
    time.fire();
    time.fire();
    assert.deepEqual([ran, time.delays], [[], [11, 6, 6]]);
    time.pass(6);
    assert.deepEqual(ran, ['a 11']);
  });

  it('runs a task that arms itself with 0 once a tick', () => {
    const { time, timers } = setUp();
    let runs = 0;
    const again = timers.runAfter(0, () => {
      runs += 1;
      timers.rearm(again, 0);
    });
    time.pass(100);
    assert.ok(runs > 90 && runs <= 100, `${runs} runs in 100 ms`);
  });

  it('refuses delays, periods, tasks and ticks that cannot be', () => {
    const { timers } = setUp();
    const code = { code: 'ERR_GEV_INVALID_OPTION' };
    const timer = timers.runAfter(5, () => {});
    for (const delay of [
      -1,
      Number.NaN,
      LONGEST + 1,
      'soon',
      Object.create(null),
      5n,
    ] as number[]) {
      assert.throws(() => timers.runAfter(delay, () => {}), code);
      assert.throws(() => timers.runEvery(delay, () => {}), code);
      assert.throws(() => timers.rearm(timer, delay), code);
    }
    assert.throws(() => timers.runEvery(0, () => {}), code);
    assert.throws(() => timers.runAfter(1, 'task' as unknown as () => void), code);
    assert.throws(() => timers.runEvery(1, undefined as unknown as () => void), code);
    assert.throws(() => new Timers({ tick: 0 }), code);
    assert.throws(() => new Timers().rearm(timer, 1), code);
    assert.equal(timers.armed, 1);
  });
});

describe('Timers.rearm', () => {
  it('moves a timer that waits, and arms one that has run or was cancelled again', () => {
    const { time, timers, ran, note } = setUp();
    const timer = timers.runAfter(10, note('a'));
    time.pass(5);
    timers.rearm(timer, 20);
    time.pass(25);
    assert.deepEqual(ran, ['a 26']);
    timers.rearm(timer, 10);
    timer.cancel();
    timers.rearm(timer, 4);
    assert.equal(timers.armed, 1);
    time.pass(10);
    assert.deepEqual(ran, ['a 26', 'a 35']);
  });
});

describe('Timers.runEvery', () => {
  it('keeps the period without drift and leaves out what was missed', () => {
    const { time, timers, ran, note } = setUp();
    const tick = note('tick');
    timers.runEvery(10, () => {
      tick();
      // The third run holds the thread for two and a half periods.
      if (ran.length === 3) time.now += 25;
    });
    time.pass(90);
    assert.deepEqual(
      ran.map((each) => Math.floor(Number(each.slice(5)) / 10)),
      [1, 2, 3, 5, 6, 7, 8],
    );
  });

  it('can be cancelled from inside and from outside', () => {
    const { time, timers, ran, note } = setUp();
    const inside = timers.runEvery(10, () => {
      ran.push('inside');
      if (ran.length === 2) inside.cancel();
    });
    time.pass(100);
    assert.deepEqual([ran, timers.armed], [['inside', 'inside'], 0]);
    const outside = timers.runEvery(10, note('outside'));
    outside.cancel();
    outside.cancel();
    time.pass(100);
    assert.deepEqual([ran.length, time.isWaiting], [2, false]);
  });

  it('goes on after a run that threw', () => {
    const errors: unknown[] = [];
    const { time, timers } = setUp({ onError: (error) => errors.push(error) });
    timers.runEvery(10, () => {
      throw new Error('each time');
    });
    time.pass(35);
    assert.equal(errors.length, 3);
  });
});

describe('Timers.cancelAll', () => {
  it('takes all back, and what is armed later never runs', () => {
    const { time, timers, ran, note } = setUp();
    const timer = timers.runAfter(5, note('a'));
    timers.runEvery(5, () => {
      ran.push('every');
      timers.cancelAll();
    });
    timers.runAfter(10, note('b'));
    time.pass(7);
    const inert = [timers.runAfter(1, note('c')), timers.runEvery(1, note('d'))];
    timers.rearm(timer, 1);
    for (const each of [timer, ...inert]) each.cancel();
    time.pass(100);
    assert.deepEqual(ran, ['a 6', 'every']);
    assert.deepEqual([timers.armed, time.isWaiting], [0, false]);
  });
});

describe('Timers on the real clock', () => {
  it('runs tasks in the async context of the owner, not of who armed the wake-up', async () => {
    const storage = new AsyncLocalStorage<string>();
    const timers = storage.run('owner', () => new Timers());
    const seen = await storage.run(
      'request',
      () => new Promise((resolve) => timers.runAfter(1, () => resolve(storage.getStore()))),
    );
    assert.equal(seen, 'owner');
  });

  it('holds a setTimeout only while something is armed', () => {
    const timeouts = () =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timeouts();
    const timers = new Timers();
    assert.equal(timeouts(), before);
    const timer = timers.runAfter(10_000, () => {});
    timers.runEvery(10_000, () => {});
    assert.equal(timeouts(), before + 1);
    timer.cancel();
    timers.cancelAll();
    assert.equal(timeouts(), before);
  });

  it("lets 'uncaughtException' hear of every task that threw, when the others have run", async () => {
    const listeners = process.rawListeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    try {
      const heard: string[] = [];
      process.on('uncaughtException', (error) => heard.push(error.message));
      const now = performance.now();
      let held = 0;
      const timers = new Timers({ clock: () => now + held });
      const fail = (message: string) => () => {
        heard.push(`runs ${message}`);
        throw new Error(message);
      };
      timers.runAfter(1, fail('one'));
      timers.runAfter(1, fail('two'));
      timers.runAfter(3, () => heard.push('runs three'));
      held = 10;
      while (heard.length < 5) await once(process, 'uncaughtException');
      assert.deepEqual(heard, ['runs one', 'runs two', 'runs three', 'one', 'two']);
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const listener of listeners) {
        process.on('uncaughtException', listener as NodeJS.UncaughtExceptionListener);
      }
    }
  });
});
