/** A task that was put off; see `runAfter` and `runEvery`. */
export interface Timer {
  /** Takes the task back; does nothing when it has run or was cancelled before. */
  cancel(): void;
}

/**
 * One thread's loop, as handlers and plugins see it.
 *
 * Thread rule: every member only on the loop's own thread.
 */
export interface EventLoop {
  /** 0 for the first loop of a server. */
  readonly id: number;
  /** Which poller it runs on: `epoll`, `kqueue`, `node` ... */
  readonly pollerName: string;
  /** Connections that are open in this loop. */
  readonly connections: number;
  /** Milliseconds of a clock that never goes back, read once a batch. */
  readonly now: number;
  /** Runs `task` in this loop, after the batch under way; tasks keep their order. */
  runInLoop(task: () => void): void;
  /** Runs `task` once in `delay` milliseconds. */
  runAfter(delay: number, task: () => void): Timer;
  /** Runs `task` every `period` milliseconds, without drift. */
  runEvery(period: number, task: () => void): Timer;
}
