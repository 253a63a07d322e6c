import type { CounterMetric, GaugeMetric, LoopMetrics } from '@gev/core';

/** What a loop counts of topics, and of messages that reach nobody. */
export interface DeliveryMetrics {
  readonly topics: GaugeMetric;
  readonly subscriptions: GaugeMetric;
  /** The loop that they were sent to was down, or its mailbox full. */
  readonly unreachable: CounterMetric;
  /** The connection that they were sent to is gone, or was never there. */
  readonly gone: CounterMetric;
  /** The subscriber had left more unread than its `slowAbove`. */
  readonly slowReader: CounterMetric;
}

export function deliveryMetrics(metrics: LoopMetrics): DeliveryMetrics {
  const dropped = (cause: string) =>
    metrics.counter({
      name: 'gev_messages_dropped_total',
      help: 'Messages by id, broadcast, topic or post that reached nobody, by cause.',
      labels: { cause },
    });
  return {
    topics: metrics.gauge({
      name: 'gev_topics',
      help: 'Topics with a subscriber in the loop.',
    }),
    subscriptions: metrics.gauge({
      name: 'gev_topic_subscriptions',
      help: 'Subscriptions of connections to topics.',
    }),
    unreachable: dropped('unreachable'),
    gone: dropped('gone'),
    slowReader: dropped('slow-reader'),
  };
}
