import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { TimingWheel } from '../src/timing-wheel.js';
import type { WheelTimer } from '../src/wheel-timer.js';
import { NaiveTimers } from './naive-timers.js';

/** What the wheel and the model both do. */
interface Timers<T> {
  arm(deadline: number, task: () => void): T;
  rearm(timer: T, deadline: number): void;
  cancel(timer: T): void;
  advance(now: number): void;
}

const YEAR = 365 * 86_400_000;

/** Delays and steps of every magnitude: each level of the wheel, its borders, and beyond it. */
const span = fc.oneof(
  fc.constant(0),
  fc.nat(5),
  fc.nat(300),
  fc.nat(70_000),
  fc.nat(2 ** 25),
  fc.constantFrom(255, 256, 257, 65_535, 65_536, 2 ** 24 - 1, 2 ** 24, 2 ** 32 - 1, 2 ** 32),
  fc.maxSafeNat().map((number) => number % (10 * YEAR)),
);

const victim = fc.nat(30);

/** What a task does when it runs. */
const deed = fc.oneof(
  fc.constant({ kind: 'nothing' } as const),
  fc.constant({ kind: 'throw' } as const),
  fc.record({ kind: fc.constant('arm' as const), delay: span }),
  fc.record({ kind: fc.constant('rearm' as const), victim, delay: span }),
  fc.record({ kind: fc.constant('rearm itself' as const), delay: span, times: fc.nat(3) }),
  fc.record({ kind: fc.constant('cancel' as const), victim }),
);
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never;

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('arm' as const), delay: span, deed }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('arm late' as const), by: span, deed }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), victim }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('rearm' as const), victim, delay: span }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('advance' as const), by: span }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'go back' } as const) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Carries steps out on the wheel or on the model, and logs what runs when. */
class Player<T> {
  readonly log: string[] = [];
  readonly #timers: Timers<T>;
  readonly #made: T[] = [];
  #now = 0;

  constructor(make: (onError: (error: unknown) => void) => Timers<T>) {
    this.#timers = make((error) => this.log.push(String(error)));
  }

  play(step: Step): void {
    const timers = this.#timers;
    if (step.kind === 'arm') this.#arm(this.#now + step.delay, step.deed);
    else if (step.kind === 'arm late') this.#arm(this.#now - step.by, step.deed);
    else if (step.kind === 'cancel') this.#with(step.victim, (timer) => timers.cancel(timer));
    else if (step.kind === 'rearm') this.#rearm(step.victim, step.delay);
    else if (step.kind === 'advance') this.advance(this.#now + step.by);
    else timers.advance(this.#now / 2);
  }

  advance(now: number): void {
    this.#now = now;
    this.#timers.advance(now);
  }

  #arm(deadline: number, deed: Deed): void {
    const number = this.#made.length;
    let runs = 0;
    const timer = this.#timers.arm(deadline, () => {
      this.log.push(`${number} at ${this.#now}`);
      runs += 1;
      this.#do(deed, timer, runs);
    });
    this.#made.push(timer);
  }

  #do(deed: Deed, self: T, runs: number): void {
    if (deed.kind === 'throw') throw new Error(`of run ${runs}`);
    if (deed.kind === 'arm') this.#arm(this.#now + deed.delay, { kind: 'nothing' });
    if (deed.kind === 'rearm' && runs < 3) this.#rearm(deed.victim, deed.delay);
    if (deed.kind === 'cancel') this.#with(deed.victim, (timer) => this.#timers.cancel(timer));
    if (deed.kind === 'rearm itself' && runs <= deed.times) {
      this.#timers.rearm(self, this.#now + deed.delay);
    }
  }

  #rearm(victim: number, delay: number): void {
    this.#with(victim, (timer) => this.#timers.rearm(timer, this.#now + delay));
  }

  #with(victim: number, use: (timer: T) => void): void {
    if (this.#made.length > 0) use(this.#made[victim % this.#made.length]!);
  }
}

describe('TimingWheel', () => {
  it('runs the same tasks in the same order at the same times as a sorted list', () => {
    const ticks = fc.constantFrom(1, 1, 1, 4, 10, 1000, 0.25);
    fc.assert(
      fc.property(ticks, fc.array(step, { maxLength: 60, size: 'max' }), (tick, steps) => {
        let wheel!: TimingWheel;
        let model!: NaiveTimers;
        const real = new Player<WheelTimer>((onError) => {
          wheel = new TimingWheel({ tick, onError });
          return wheel;
        });
        const naive = new Player((onError) => {
          model = new NaiveTimers(tick, onError);
          return model;
        });
        for (const each of steps) {
          real.play(each);
          naive.play(each);
          agree(real.log, wheel, naive.log, model);
        }
        // And to the end, waking only when the wheel asks for it.
        for (let turns = 0; wheel.armed > 0; turns += 1) {
          assert.ok(turns < 2000, 'next() does not come to an end');
          const now = wheel.next()!;
          real.advance(now);
          naive.advance(now);
          agree(real.log, wheel, naive.log, model);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('is never early and late by at most a tick, whatever the tick', () => {
    const tick = fc.double({ min: 0.01, max: 5000, noNaN: true });
    // In ticks, so that many are on the border of two.
    const count = fc.oneof(fc.nat(1000), fc.double({ min: 0, max: 1e10, noNaN: true }));
    const counts = fc.array(count, { minLength: 1, maxLength: 20, size: 'max' });
    fc.assert(
      fc.property(tick, counts, (tick, counts) => {
        const deadlines = counts.flatMap((ticks) => neighbours(ticks * tick));
        const wheel = new TimingWheel({ tick, onError: rethrow });
        let now = 0;
        for (const deadline of deadlines) {
          wheel.arm(deadline, () => {
            assert.ok(now >= deadline, `${deadline} ran at ${now}`);
            // What has passed already waits for the next tick. Rounding is all beyond it.
            const late = now - Math.max(deadline, tick);
            assert.ok(late <= tick * (1 + 1e-9) + now * 1e-15, `${deadline} ran at ${now}`);
          });
        }
        const rests = deadlines.toSorted((one, other) => one - other);
        for (let next = wheel.next(); next !== undefined; next = wheel.next()) {
          assert.ok(next > now, `after ${now} it asks for ${next}`);
          // On the way it is woken at other times, which must change nothing.
          while (rests.length > 0 && rests[0]! <= next) {
            now = rests.shift()!;
            wheel.advance(now);
          }
          now = Math.max(now, next);
          wheel.advance(now);
        }
        assert.equal(wheel.armed, 0);
      }),
      { numRuns: 500 },
    );
  });
});

/** The number and the nearest that there are on both sides. */
function neighbours(number: number): number[] {
  return [number * (1 - Number.EPSILON / 2), number, number * (1 + Number.EPSILON)];
}

function agree(log: string[], wheel: TimingWheel, expected: string[], model: NaiveTimers): void {
  assert.deepEqual(log, expected);
  assert.equal(wheel.armed, model.armed);
  const next = wheel.next();
  if (model.earliest === undefined) assert.equal(next, undefined);
  else assert.ok(next !== undefined && next <= model.earliest, `${next} > ${model.earliest}`);
}

function rethrow(error: unknown): never {
  throw error;
}
