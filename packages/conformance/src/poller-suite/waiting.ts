import { AssertionError } from 'node:assert';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Waits for a condition without sleeping; fails with what was missing after the deadline. */
export async function until(
  condition: () => boolean,
  what: string,
  patience: number,
): Promise<void> {
  const deadline = performance.now() + patience;
  while (!condition()) {
    if (performance.now() > deadline) {
      throw new AssertionError({ message: `waited ${patience} ms in vain: ${what}` });
    }
    await nextTurn();
  }
}

/** What `promise` resolves to; fails with what was missing after the deadline. */
export async function within<Value>(
  promise: Promise<Value>,
  what: string,
  patience: number,
): Promise<Value> {
  let settled = false;
  const done = () => {
    settled = true;
  };
  promise.then(done, done);
  await until(() => settled, what, patience);
  return promise;
}

/** Lets the thread's loop go round, for what must not happen in the meantime. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await nextTurn();
}
