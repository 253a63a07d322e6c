import {
  createCounters,
  type EventLoop,
  type LoopMetrics,
  type LoopReference,
  MetricTable,
  type PublishOptions,
  type Subscriber,
  type Timer,
  type Topics,
} from '@gev/core';

/** A loop of its own for a test connection: tasks and timers run, and nobody else is there. */
export class TestLoop implements EventLoop {
  readonly id = 0;
  readonly loops: readonly LoopReference[] = [];
  readonly pollerName = 'test';
  readonly connections = 1;
  readonly topics = new TestTopics();
  readonly metrics: LoopMetrics;

  /** @param metrics shared by loops that come in thousands: one of its own takes 160 KiB */
  constructor(metrics: LoopMetrics = new MetricTable(createCounters())) {
    this.metrics = metrics;
  }

  get now(): number {
    return performance.now();
  }

  uncount(): void {}

  runInLoop(task: () => void): void {
    setImmediate(task);
  }

  runAfter(delay: number, task: () => void): Timer {
    const timeout = setTimeout(task, delay);
    return { cancel: () => clearTimeout(timeout) };
  }

  runEvery(period: number, task: () => void): Timer {
    const interval = setInterval(task, period);
    return { cancel: () => clearInterval(interval) };
  }

  send(): boolean {
    return false;
  }

  broadcast(): boolean {
    return true;
  }

  onPost(): void {}

  postToServer(): boolean {
    return false;
  }
}

/** What was published, and the topics of one connection. */
export class TestTopics implements Topics {
  readonly published: { topic: string; message: unknown; options: PublishOptions }[] = [];
  readonly #topics = new Set<string>();

  subscribe(_connection: Subscriber, topic: string): boolean {
    const isNew = !this.#topics.has(topic);
    this.#topics.add(topic);
    return isNew;
  }

  unsubscribe(_connection: Subscriber, topic: string): boolean {
    return this.#topics.delete(topic);
  }

  leave(): void {
    this.#topics.clear();
  }

  of(): readonly string[] {
    return [...this.#topics];
  }

  subscribers(topic: string): number {
    return this.#topics.has(topic) ? 1 : 0;
  }

  publish(topic: string, message: unknown, options: PublishOptions = {}): boolean {
    this.published.push({ topic, message, options });
    return true;
  }

  publishPacked(topic: string, bytes: Uint8Array, options: PublishOptions = {}): boolean {
    return this.publish(topic, bytes, options);
  }
}
