import { GevError, printable } from '@gev/core';
import { NOWHERE, WheelTimer } from './wheel-timer.js';

/** A level has 2^8 slots; a slot of one level is as long as the whole level below it. */
const BITS = 8;
const SLOTS = 1 << BITS;
const LEVELS = 4;
/** Ticks of all levels together: 2^32, 50 days of milliseconds. */
const ERA = 2 ** (BITS * LEVELS);
/** The slot of what is due in a later era; see {@link TimingWheel.advance}. */
const LATER = LEVELS * SLOTS;

export interface TimingWheelOptions {
  /** Length of a tick in milliseconds, above 0; default 1. A task runs late by at most one. */
  readonly tick?: number;
  /** The time at the start, in milliseconds of the owner's clock; default 0. */
  readonly now?: number;
  /** Gets what a task threw, before the next task runs. Should not throw itself. */
  readonly onError: (error: unknown) => void;
  /** Called when the last armed timer was cancelled (not when it ran). */
  readonly onEmpty?: () => void;
}

/**
 * Timers in a hierarchical timing wheel: arming, re-arming and cancelling cost the same however
 * many there are. It has no clock; its owner calls {@link advance} when {@link next} has come.
 *
 * The level of a timer is the highest byte in which its tick differs from the present one. So all
 * timers of one tick are in one slot at any time, and lists that are only appended to and moved in
 * order keep the order of arming.
 *
 * Thread rule: only on one thread. `advance` called from inside a task does nothing.
 */
export class TimingWheel {
  readonly tick: number;
  readonly #onError: (error: unknown) => void;
  readonly #onEmpty: () => void;
  /** The first timer of each slot; the lists are rings, so that its `previous` is the last. */
  readonly #heads = new Array<WheelTimer | undefined>(LATER + 1).fill(undefined);
  /** One bit a slot: whether it holds a timer. */
  readonly #occupied = new Int32Array((LATER >> 5) + 1);
  #armed = 0;
  /** The tick that was reached. Every timer's tick is later, but in the middle of an advance. */
  #position: number;
  /** The tick that the last advance was to reach. What is armed is due later than it. */
  #target: number;
  #era: number;
  /** No timer in the slot LATER is due in an earlier era. */
  #laterEra = Number.POSITIVE_INFINITY;
  #advancing = false;

  /** @throws GevError `ERR_GEV_INVALID_OPTION` */
  constructor(options: TimingWheelOptions) {
    this.tick = options.tick ?? 1;
    if (!(this.tick > 0 && this.tick < Number.POSITIVE_INFINITY)) {
      throw invalid(`tick is ${printable(this.tick)}: give milliseconds, more than 0`);
    }
    this.#onError = options.onError;
    this.#onEmpty = options.onEmpty ?? (() => {});
    this.#position = this.#ticksUntil(options.now ?? 0);
    this.#target = this.#position;
    this.#era = Math.floor(this.#position / ERA);
  }

  /** Timers that wait for their time. */
  get armed(): number {
    return this.#armed;
  }

  /**
   * Runs `task` once, in the first advance to `deadline` (ms) or later, never before. A deadline
   * that has passed is due in the next tick; so is one that is given inside a task, and no advance
   * goes on forever.
   *
   * @throws GevError `ERR_GEV_INVALID_OPTION` when the deadline is not within 2^53 ticks
   */
  arm(deadline: number, task: () => void): WheelTimer {
    const timer = new WheelTimer(this, task);
    this.rearm(timer, deadline);
    return timer;
  }

  /**
   * Arms a timer of this wheel again, whether it waits, has run or was cancelled. Allocates nothing.
   *
   * @throws GevError `ERR_GEV_INVALID_OPTION`
   */
  rearm(timer: WheelTimer, deadline: number): void {
    const tick = this.#tickOf(deadline);
    if (timer.wheel !== this) throw invalid('the timer is of another owner: arm it there');
    if (timer.slot === NOWHERE) this.#armed += 1;
    else this.#unlink(timer);
    timer.era = Math.floor(tick / ERA);
    timer.low = tick | 0;
    this.#link(timer);
  }

  /** Takes the timer back; does nothing when it does not wait. */
  cancel(timer: WheelTimer): void {
    if (timer.wheel !== this || timer.slot === NOWHERE) return;
    this.#unlink(timer);
    this.#armed -= 1;
    if (this.#armed === 0) this.#onEmpty();
  }

  /** Takes all timers back. Does not call `onEmpty`. */
  cancelAll(): void {
    for (let slot = 0; slot <= LATER; slot += 1) {
      for (let timer = this.#heads[slot]; timer; timer = this.#heads[slot]) this.#unlink(timer);
    }
    this.#armed = 0;
  }

  /** When the timer is due, in milliseconds: its deadline, rounded up to a tick. */
  dueAt(timer: WheelTimer): number {
    return tickNumber(timer.era, timer.low) * this.tick;
  }

  /**
   * The time (ms) at which `advance` must be called next: not later than the first timer is due,
   * earlier where many are far away and have to be told apart first. `undefined`: none is armed.
   */
  next(): number | undefined {
    if (this.#armed === 0) return undefined;
    const slot = this.#nextSlot();
    const head = this.#heads[slot];
    // One by itself needs no telling apart.
    if (head !== undefined && head.next === head) return this.dueAt(head);
    return this.#startOf(slot) * this.tick;
  }

  /**
   * Runs what is due at `now` (ms) in the order of the ticks, and in the order of arming within a
   * tick. Time that goes back counts as standing still.
   *
   * Jumps from one occupied slot to the next, so that a long way costs no more than a short one.
   */
  advance(now: number): void {
    if (this.#advancing) return;
    this.#target = Math.max(this.#target, this.#ticksUntil(now));
    this.#advancing = true;
    try {
      while (this.#armed > 0) {
        const slot = this.#nextSlot();
        const start = this.#startOf(slot);
        if (start > this.#target) break;
        this.#moveTo(start);
        if (slot >= SLOTS) this.#spread(slot);
        this.#runPresent();
      }
      // Nothing starts up to here, so every timer stays on the level that it is on.
      this.#moveTo(this.#target);
    } finally {
      this.#advancing = false;
    }
  }

  /** Runs the timers of the present tick; its list does not grow meanwhile. */
  #runPresent(): void {
    const slot = this.#position & (SLOTS - 1);
    for (let timer = this.#heads[slot]; timer; timer = this.#heads[slot]) {
      this.#unlink(timer);
      this.#armed -= 1;
      const { task } = timer;
      try {
        task();
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  #moveTo(tick: number): void {
    this.#position = tick;
    this.#era = Math.floor(tick / ERA);
  }

  /** Distributes a slot of a higher level, the beginning of which was reached, to lower ones. */
  #spread(slot: number): void {
    const first = this.#heads[slot];
    if (first === undefined) return;
    this.#empty(slot);
    let timer = first;
    do {
      const { next } = timer;
      this.#link(timer);
      timer = next;
    } while (timer !== first);
  }

  #link(timer: WheelTimer): void {
    const slot = this.#slotOf(timer);
    timer.slot = slot;
    const head = this.#heads[slot];
    if (head === undefined) {
      timer.next = timer;
      timer.previous = timer;
      this.#heads[slot] = timer;
      this.#occupied[slot >> 5]! |= 1 << slot;
      return;
    }
    const last = head.previous;
    timer.previous = last;
    timer.next = head;
    last.next = timer;
    head.previous = timer;
  }

  #unlink(timer: WheelTimer): void {
    const { slot, next, previous } = timer;
    if (next === timer) {
      this.#empty(slot);
    } else {
      next.previous = previous;
      previous.next = next;
      if (this.#heads[slot] === timer) this.#heads[slot] = next;
      // Who keeps a timer that has run must not keep the others with it.
      timer.next = timer;
      timer.previous = timer;
    }
    timer.slot = NOWHERE;
  }

  #empty(slot: number): void {
    this.#heads[slot] = undefined;
    this.#occupied[slot >> 5]! &= ~(1 << slot);
    if (slot === LATER) this.#laterEra = Number.POSITIVE_INFINITY;
  }

  #slotOf(timer: WheelTimer): number {
    const { low, era } = timer;
    if (era !== this.#era) {
      if (era < this.#laterEra) this.#laterEra = era;
      return LATER;
    }
    const differing = low ^ (this.#position | 0);
    const level = differing === 0 ? 0 : (31 - Math.clz32(differing)) >> 3;
    return level * SLOTS + ((low >>> (level * BITS)) & (SLOTS - 1));
  }

  /** The slot that begins next. A level lies wholly before the next slot of the level above. */
  #nextSlot(): number {
    for (let level = 0; level < LEVELS; level += 1) {
      const slot = this.#occupiedOn(level);
      if (slot !== NOWHERE) return slot;
    }
    return LATER;
  }

  /**
   * The first slot of the level that holds a timer. From the present one on, for nothing is left
   * behind; and that one is empty, but where a throwing onError left timers of the present tick.
   */
  #occupiedOn(level: number): number {
    const from = level * SLOTS + ((this.#position >>> (level * BITS)) & (SLOTS - 1));
    const end = ((level + 1) * SLOTS) >> 5;
    let bits = this.#occupied[from >> 5]! & (-1 << from);
    for (let word = from >> 5; ; bits = this.#occupied[word]!) {
      if (bits !== 0) return word * 32 + 31 - Math.clz32(bits & -bits);
      word += 1;
      if (word === end) return NOWHERE;
    }
  }

  /** The first tick of a slot that {@link #nextSlot} gave. */
  #startOf(slot: number): number {
    if (slot === LATER) return this.#laterEra * ERA;
    const shift = (slot >> BITS) * BITS;
    // On the last level all bits are shifted out: nothing is above it within an era.
    const above = this.#position & (-SLOTS << shift);
    return tickNumber(this.#era, above | ((slot & (SLOTS - 1)) << shift));
  }

  /** The first whole tick at or after `deadline` that can still be waited for. */
  #tickOf(deadline: number): number {
    const ticks = this.#ticksUntil(deadline);
    const tick = ticks * this.tick < deadline ? ticks + 1 : ticks;
    if (Math.abs(tick) <= Number.MAX_SAFE_INTEGER) return Math.max(tick, this.#target + 1);
    throw invalid(`the deadline is ${printable(deadline)}: give milliseconds within 2^53 ticks`);
  }

  /** Whole ticks until `time`, so that `ticks * tick <= time < (ticks + 1) * tick` as computed. */
  #ticksUntil(time: number): number {
    const ticks = Math.floor(time / this.tick);
    if (ticks * this.tick > time) return ticks - 1;
    return (ticks + 1) * this.tick <= time ? ticks + 1 : ticks;
  }
}

function tickNumber(era: number, low: number): number {
  return era * ERA + (low >>> 0);
}

function invalid(message: string): GevError {
  return new GevError('ERR_GEV_INVALID_OPTION', message);
}
