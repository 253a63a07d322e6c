import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { TimingWheel, type TimingWheelOptions } from '../src/timing-wheel.js';

const DAY = 86_400_000;

function setUp(options: Partial<TimingWheelOptions> = {}) {
  const ran: string[] = [];
  const errors: unknown[] = [];
  const wheel = new TimingWheel({ onError: (error) => errors.push(error), ...options });
  const arm = (deadline: number, name: string) => wheel.arm(deadline, () => ran.push(name));
  return { wheel, ran, errors, arm };
}

/** Advances as a driver does, and returns how often it had to. */
function drive(wheel: TimingWheel): number {
  let turns = 0;
  for (let next = wheel.next(); next !== undefined; next = wheel.next()) {
    wheel.advance(next);
    turns += 1;
  }
  return turns;
}

describe('TimingWheel', () => {
  it('runs what is due in the order of the deadlines, and of arming where they are equal', () => {
    const { wheel, ran, arm } = setUp();
    arm(300, 'd');
    arm(70_000, 'e');
    arm(10, 'a');
    wheel.advance(9);
    assert.deepEqual(ran, []);
    arm(300, 'd too');
    arm(10, 'b');
    wheel.advance(290);
    arm(300, 'd as well');
    arm(291, 'c');
    wheel.advance(100_000);
    assert.deepEqual(ran, ['a', 'b', 'c', 'd', 'd too', 'd as well', 'e']);
  });

  it('rounds deadlines up to a tick', () => {
    const { wheel, ran, arm } = setUp({ tick: 10 });
    const timer = arm(11, 'a');
    assert.equal(wheel.dueAt(timer), 20);
    assert.equal(wheel.next(), 20);
    wheel.advance(19.9);
    assert.deepEqual(ran, []);
    wheel.advance(20);
    assert.deepEqual(ran, ['a']);
  });

  it('keeps far deadlines, and gets there in a few wake-ups or in one jump', () => {
    for (const days of [1, 40, 50, 365, 36_500]) {
      const { wheel, ran, arm } = setUp();
      arm(days * DAY, 'a');
      arm(days * DAY + 1, 'b');
      wheel.advance(days * DAY - 1);
      assert.deepEqual(ran, []);
      assert.ok(drive(wheel) <= 5);
      assert.deepEqual(ran, ['a', 'b']);
      arm(2 * days * DAY, 'c');
      arm(3 * days * DAY, 'd');
      wheel.advance(10 * days * DAY);
      assert.deepEqual(ran, ['a', 'b', 'c', 'd']);
    }
  });

  it('begins at any time, also before zero', () => {
    for (const now of [-3 * 2 ** 32 - 5, -7.5, 1.7e12]) {
      const { wheel, ran, arm } = setUp({ now });
      arm(now + 10, 'a');
      wheel.advance(now + 9);
      assert.deepEqual(ran, []);
      wheel.advance(now + 11);
      assert.deepEqual(ran, ['a']);
    }
  });

  it('runs a deadline that has passed in the next tick, not in the advance under way', () => {
    const { wheel, ran } = setUp();
    let left = 5;
    const again = wheel.arm(0, () => {
      ran.push('again');
      left -= 1;
      if (left > 0) wheel.rearm(again, 0);
    });
    wheel.advance(1000);
    wheel.advance(1000);
    assert.deepEqual(ran, ['again']);
    assert.equal(wheel.next(), 1001);
    wheel.advance(1001);
    assert.equal(ran.length, 2);
  });

  it('stands still with the clock, and when it goes back', () => {
    const { wheel, ran, arm } = setUp();
    wheel.advance(100);
    arm(105, 'a');
    wheel.advance(100);
    wheel.advance(50);
    assert.deepEqual(ran, []);
    wheel.advance(105);
    assert.deepEqual(ran, ['a']);
  });

  it('does not start an advance inside of another', () => {
    const { wheel, ran, arm } = setUp();
    wheel.arm(1, () => {
      wheel.advance(100);
      ran.push('outer');
    });
    arm(2, 'inner');
    wheel.advance(1);
    assert.deepEqual(ran, ['outer']);
  });
});

describe('TimingWheel cancelling', () => {
  it('takes a timer back at any time, also in the tick in which it is due', () => {
    const { wheel, ran, arm } = setUp();
    const first = wheel.arm(5, () => {
      first.cancel();
      third.cancel();
      ran.push('first');
    });
    arm(5, 'second');
    const third = arm(5, 'third');
    arm(5, 'fourth');
    const never = arm(500, 'never');
    never.cancel();
    never.cancel();
    assert.equal(wheel.armed, 4);
    wheel.advance(1000);
    assert.deepEqual(ran, ['first', 'second', 'fourth']);
    assert.deepEqual([wheel.armed, wheel.next(), first.isArmed], [0, undefined, false]);
  });

  it('tells when the last one was cancelled, and not when it ran', () => {
    let empty = 0;
    const { wheel, arm } = setUp({ onEmpty: () => (empty += 1) });
    const timers = [arm(1, 'a'), arm(2 ** 33, 'b')];
    timers[0]!.cancel();
    assert.equal(empty, 0);
    timers[1]!.cancel();
    timers[1]!.cancel();
    assert.equal(empty, 1);
    arm(3, 'c');
    wheel.advance(10);
    assert.equal(empty, 1);
  });

  it('takes all back, also from inside a task, and can be used again', () => {
    const { wheel, ran, arm } = setUp();
    wheel.arm(5, () => {
      ran.push('first');
      wheel.cancelAll();
      arm(7, 'later');
    });
    const timers = [5, 6, 300, 1e6, 1e12].map((deadline) => arm(deadline, `at ${deadline}`));
    wheel.advance(5);
    assert.equal(wheel.armed, 1);
    for (const timer of timers) timer.cancel();
    assert.equal(wheel.armed, 1);
    wheel.advance(1e13);
    assert.deepEqual(ran, ['first', 'later']);
  });
});

describe('TimingWheel errors', () => {
  it('hands on what a task throws and runs the others once', () => {
    const { wheel, ran, errors, arm } = setUp();
    arm(5, 'a');
    wheel.arm(5, () => {
      throw new Error('b');
    });
    arm(5, 'c');
    arm(6, 'd');
    wheel.advance(10);
    assert.deepEqual([ran, String(errors)], [['a', 'c', 'd'], 'Error: b']);
  });

  it('loses nothing when onError throws', () => {
    const wheel = new TimingWheel({
      onError: (error) => {
        throw error;
      },
    });
    const ran: string[] = [];
    wheel.arm(5, () => {
      throw new Error('a');
    });
    wheel.arm(5, () => ran.push('b'));
    wheel.arm(6, () => ran.push('c'));
    assert.throws(() => wheel.advance(10), /a/);
    assert.ok(wheel.next()! <= 5);
    wheel.arm(0, () => ran.push('d'));
    wheel.advance(10);
    assert.deepEqual(ran, ['b', 'c']);
    wheel.advance(11);
    assert.deepEqual(ran, ['b', 'c', 'd']);
  });

  it('refuses what cannot be', () => {
    const { wheel, arm } = setUp();
    const code = { code: 'ERR_GEV_INVALID_OPTION' };
    for (const tick of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => setUp({ tick }), code);
    }
    const timer = arm(5, 'a');
    for (const deadline of [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      1e300,
    ]) {
      assert.throws(() => arm(deadline, 'x'), code);
      assert.throws(() => wheel.rearm(timer, deadline), code);
    }
    assert.throws(() => setUp().wheel.rearm(timer, 1), code);
    setUp().wheel.cancel(timer);
    assert.equal(timer.isArmed, true);
    assert.equal(wheel.armed, 1);
  });
});
