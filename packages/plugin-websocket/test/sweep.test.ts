import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Sweep } from '../src/sweep.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** Time passes in which nothing runs: from the second call on, more of it. */
function stall(milliseconds: number): void {
  const { now } = performance;
  performance.now = () => now.call(performance) + milliseconds;
}

/** Wants to be told once its time has come, and notes how late it was. */
class Deadline {
  late: number | undefined = undefined;
  readonly #at: number;

  constructor(delay: number) {
    this.#at = performance.now() + delay;
  }

  onSweep(now: number): boolean {
    if (now < this.#at) return true;
    this.late = now - this.#at;
    return false;
  }
}

describe('Sweep', () => {
  it('tells everybody once, at most an eighth of the shortest time-out late', () => {
    const sweep = new Sweep([0, 400, 10_000]);
    const deadlines = Array.from({ length: 100 }, (_, index) => new Deadline(400 + index));
    for (const deadline of deadlines) sweep.add(deadline);
    vi.advanceTimersByTime(600);
    for (const { late } of deadlines) expect(late).toBeLessThanOrEqual(50);
    expect(sweep.size).toBe(0);
  });

  it('is never more than a second late, and has no timer where there is nobody', () => {
    const sweep = new Sweep([3_600_000]);
    expect(vi.getTimerCount()).toBe(0);
    const deadline = new Deadline(3_600_000);
    sweep.add(deadline);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(3_601_001);
    expect(deadline.late).toBeLessThanOrEqual(1000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves alone who is gone', () => {
    const sweep = new Sweep([100]);
    const deadline = new Deadline(100);
    sweep.add(deadline);
    sweep.remove(deadline);
    vi.advanceTimersByTime(1000);
    expect(deadline.late).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('puts off once what comes after a stall: what arrived meanwhile is not read yet', () => {
    const sweep = new Sweep([400]);
    const [heard, silent] = [new Deadline(400), new Deadline(400)];
    sweep.add(heard);
    sweep.add(silent);
    vi.advanceTimersByTime(350);
    stall(1000);
    vi.advanceTimersToNextTimer();
    expect([heard.late, silent.late]).toEqual([undefined, undefined]);
    sweep.remove(heard);
    stall(1000);
    vi.advanceTimersToNextTimer();
    expect(heard.late).toBeUndefined();
    expect(silent.late).toBeGreaterThan(0);
  });

  it('puts off also where the stall was shorter than it usually waits', () => {
    const sweep = new Sweep([8000]);
    const deadline = new Deadline(8000);
    sweep.add(deadline);
    vi.advanceTimersByTime(7950);
    stall(500);
    vi.advanceTimersToNextTimer();
    expect(deadline.late).toBeUndefined();
    vi.advanceTimersByTime(2000);
    expect(deadline.late).toBeGreaterThan(0);
  });

  it('takes in who comes while it looks', () => {
    const sweep = new Sweep([100]);
    const second = new Deadline(300);
    sweep.add({
      onSweep: () => {
        sweep.add(second);
        return false;
      },
    });
    vi.advanceTimersByTime(1000);
    expect(second.late).toBeDefined();
  });
});
