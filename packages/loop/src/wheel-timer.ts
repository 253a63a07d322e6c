import type { Timer } from '@gev/core';

/** The slot of a timer that is not armed. */
export const NOWHERE = -1;

/** The wheel, as far as its timers know it. */
export interface TimerOwner {
  cancel(timer: WheelTimer): void;
}

/**
 * A timer of a `TimingWheel`, and its own link in the list of its slot, so that a million of
 * them cost 80 bytes each. Only `cancel` and `isArmed` are for its owner.
 *
 * Thread rule: only on the wheel's thread.
 */
export class WheelTimer implements Timer {
  readonly wheel: TimerOwner;
  readonly task: () => void;
  next: WheelTimer;
  previous: WheelTimer;
  /** The tick it is due in, as two small integers: V8 keeps a larger number in a box of its own. */
  low = 0;
  era = 0;
  slot = NOWHERE;

  constructor(wheel: TimerOwner, task: () => void) {
    this.wheel = wheel;
    this.task = task;
    this.next = this;
    this.previous = this;
  }

  get isArmed(): boolean {
    return this.slot !== NOWHERE;
  }

  cancel(): void {
    this.wheel.cancel(this);
  }
}
