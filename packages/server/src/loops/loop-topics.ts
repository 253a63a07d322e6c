import type {
  Broker,
  Publication,
  PublishOptions,
  SubscribeOptions,
  Subscriber,
  Topics,
} from '@gev/core';
import type { DeliveryMetrics } from '../metrics/delivery-metrics.js';
import type { TcpConnection } from '../tcp-connection.js';
import { shareWith } from './broadcast.js';

/** Whatever its messages are. */
type Member = TcpConnection<unknown, unknown, unknown>;

const NO_OPTIONS: SubscribeOptions = {};

/**
 * The subscriptions of one loop's connections.
 *
 * Thread rule: everything on the loop's thread.
 */
export class LoopTopics implements Topics {
  readonly #broker: Broker;
  readonly #pack: (message: unknown) => Uint8Array;
  readonly #subscribers = new Map<string, Map<Member, SubscribeOptions>>();
  readonly #topics = new Map<Member, Set<string>>();
  readonly #metrics: DeliveryMetrics;

  /** @param pack packs a message for any number of receivers, or throws */
  constructor(broker: Broker, pack: (message: unknown) => Uint8Array, metrics: DeliveryMetrics) {
    this.#broker = broker;
    this.#pack = pack;
    this.#metrics = metrics;
    broker.start((publication) => this.#deliver(publication));
  }

  subscribe(connection: Subscriber, topic: string, options = NO_OPTIONS): boolean {
    const subscriber = connection as Member;
    const topics = this.#topics.get(subscriber) ?? new Set<string>();
    if (connection.closed || topics.has(topic)) return false;
    this.#topics.set(subscriber, topics.add(topic));
    this.#metrics.subscriptions.add(1);
    const subscribers = this.#subscribers.get(topic);
    if (subscribers) subscribers.set(subscriber, options);
    else this.#begin(topic, subscriber, options);
    return true;
  }

  unsubscribe(connection: Subscriber, topic: string): boolean {
    const subscriber = connection as Member;
    const topics = this.#topics.get(subscriber);
    if (!topics?.delete(topic)) return false;
    this.#metrics.subscriptions.add(-1);
    if (topics.size === 0) this.#topics.delete(subscriber);
    const subscribers = this.#subscribers.get(topic)!;
    subscribers.delete(subscriber);
    if (subscribers.size === 0) this.#end(topic);
    return true;
  }

  leave(connection: Subscriber): void {
    for (const topic of this.of(connection)) this.unsubscribe(connection, topic);
  }

  of(connection: Subscriber): readonly string[] {
    return [...(this.#topics.get(connection as Member) ?? [])];
  }

  subscribers(topic: string): number {
    return this.#subscribers.get(topic)?.size ?? 0;
  }

  publish(topic: string, message: unknown, options: PublishOptions = {}): boolean {
    return this.publishPacked(topic, this.#pack(message), options);
  }

  publishPacked(topic: string, bytes: Uint8Array, options: PublishOptions = {}): boolean {
    const publication: Publication = { topic, bytes, options };
    const toldAll = this.#broker.publish(publication);
    this.#deliver(publication);
    return toldAll;
  }

  #begin(topic: string, first: Member, options: SubscribeOptions): void {
    this.#subscribers.set(topic, new Map([[first, options]]));
    this.#metrics.topics.add(1);
    this.#broker.subscribe(topic);
  }

  #end(topic: string): void {
    this.#subscribers.delete(topic);
    this.#metrics.topics.add(-1);
    this.#broker.unsubscribe(topic);
  }

  #deliver({ topic, bytes, options }: Publication): void {
    const receivers: Member[] = [];
    const slow: [Member, SubscribeOptions][] = [];
    for (const [to, rule] of this.#subscribers.get(topic) ?? []) {
      if (!to.sendable || to.id === options.except) continue;
      const { slowAbove = Number.POSITIVE_INFINITY } = rule;
      const turn = to.isBehind(slowAbove) ? 'never' : (rule.turn?.(to, bytes) ?? 'now');
      if (turn === 'now') receivers.push(to);
      else if (turn === 'never') slow.push([to, rule]);
    }
    this.#metrics.slowReader.add(slow.length);
    shareWith(receivers, bytes);
    // Last: who is told may end connections.
    for (const [to, rule] of slow) rule.onSlow?.(to, topic);
  }
}
