import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { messageOf } from '@gev/core';
import { Deadline } from '../deadline.js';
import { fromPlain } from './plain-error.js';
import type { FromThread, ThreadSetup, ToThread } from './thread-messages.js';
import { uncloneable } from './uncloneable.js';

/** Milliseconds past its deadline after which a thread that does not answer is terminated. */
const GRACE = 2_000;

/** Milliseconds that what a handler module keeps running may take to end by itself. */
const LAST_WORK = 500;

type Answer<Kind extends FromThread['kind']> = Extract<FromThread, { kind: Kind }>;

/** What a thread tells beside its answers. */
export interface LoopThreadEvents {
  onLog(log: Answer<'log'>): void;
  onLeft(hosts: readonly string[]): void;
  /** It ended although nobody had asked it to. */
  onDied(error: Error): void;
}

/**
 * The worker thread of one loop, from its start to its end. A thread that died is not started
 * again: another one takes its place.
 */
export class LoopThread {
  readonly #worker: Worker;
  readonly #events: LoopThreadEvents;
  readonly #waiting = new Map<FromThread['kind'], (answer: FromThread) => void>();
  readonly #deadline = new Deadline();
  /** Resolves when the thread is gone. */
  readonly #ended: Promise<void>;
  /** Rejects when the thread fails or ends, so that nobody waits for its answer for ever. */
  readonly #failed: Promise<never>;
  #error: Error | undefined;
  /** Why it ended; undefined while it runs. */
  #end: Error | undefined;
  #ending = false;

  /** @throws GevError `ERR_GEV_INVALID_OPTION` when `data` cannot be cloned */
  constructor(setup: ThreadSetup, resourceLimits: object, events: LoopThreadEvents) {
    this.#events = events;
    this.#worker = spawn(setup, resourceLimits);
    let fail: (error: Error) => void;
    this.#failed = new Promise((_, reject) => {
      fail = reject;
    });
    // Nobody may be waiting when it fails.
    this.#failed.catch(() => {});
    this.#worker.on('message', (message: FromThread) => {
      if (message.kind === 'failed') fail(fromPlain(message.error));
      else this.#onMessage(message);
    });
    this.#worker.on('error', (error) => {
      this.#error = error instanceof Error ? error : new Error(messageOf(error));
    });
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        const error = this.#error ?? new Error(`the thread ended with code ${code}`);
        this.#end = error;
        fail(error);
        resolve();
        if (!this.#ending) this.#events.onDied(error);
      });
    });
  }

  /** Resolves with the thread's mailbox when its handler is loaded. */
  async ready(): Promise<number> {
    return (await this.#answer('ready')).mailbox;
  }

  /** Has it open listeners of its own; resolves with where they really listen. */
  async listen(addresses: Answer<'listening'>['addresses'], reusePort: boolean) {
    this.#post({ kind: 'listen', addresses, reusePort });
    return (await this.#answer('listening')).addresses;
  }

  /** Has it take connections. */
  async serve(entrances: Answer<'listening'>['addresses']): Promise<void> {
    this.#post({ kind: 'serve', entrances });
    await this.#answer('serving');
    // Node delivers the last messages and the end in one go: it may have died since.
    if (this.#end !== undefined) throw this.#end;
  }

  /** Has it stop in order within `timeout` ms, and ends it; called again, only sooner. */
  async drain(timeout: number): Promise<void> {
    this.#deadline.within(timeout + GRACE);
    this.#post({ kind: 'drain', timeout });
    if (!this.#ending) {
      this.#ending = true;
      const drained = this.#answer('drained').catch(() => {});
      await Promise.race([drained, this.#ended, this.#deadline.passed]);
      if (this.#deadline.left > 0) await this.#endsItself();
      await this.terminate();
    }
    await this.#ended;
  }

  /** Ends it at once. */
  async terminate(): Promise<void> {
    this.#ending = true;
    this.#deadline.cancel();
    await this.#worker.terminate();
  }

  async #endsItself(): Promise<void> {
    const patience = new Deadline();
    patience.within(LAST_WORK);
    await Promise.race([this.#ended, patience.passed]);
    patience.cancel();
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  async #answer<Kind extends FromThread['kind']>(kind: Kind): Promise<Answer<Kind>> {
    const answer = new Promise<FromThread>((resolve) => this.#waiting.set(kind, resolve));
    return (await Promise.race([answer, this.#failed])) as Answer<Kind>;
  }

  #onMessage(message: FromThread): void {
    if (message.kind === 'log') this.#events.onLog(message);
    else if (message.kind === 'left') this.#events.onLeft(message.hosts);
    else this.#waiting.get(message.kind)?.(message);
  }
}

/** The built file also when this one runs from its source: a thread starts from JavaScript. */
const script = createRequire(import.meta.url).resolve('@gev/server/loop-worker');

function spawn(setup: ThreadSetup, resourceLimits: object): Worker {
  try {
    return new Worker(script, { workerData: setup, resourceLimits, name: `gev loop ${setup.id}` });
  } catch (cause) {
    throw uncloneable(cause);
  }
}
