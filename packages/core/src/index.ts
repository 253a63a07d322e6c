export {
  type Address,
  formatAddress,
  parseAddress,
  type TcpAddress,
  type UnixAddress,
} from './address.js';
export { assertBytes } from './assert-bytes.js';
export { HandleTable } from './batch/handle-table.js';
export {
  Column,
  EventKind,
  generationOf,
  handleOf,
  OrderKind,
  ROW_SIZE,
  slotOf,
} from './batch/layout.js';
export { BatchMemory, type BatchOptions, checkBatchOptions } from './batch/memory.js';
export type { ReadBuffer, WriteBuffer } from './buffer.js';
export { CLOSE_REASONS, type CloseReason, reasonOfErrno } from './close-reason.js';
export type { Connection, SendOptions } from './connection.js';
export { type Diagnostics, type MessageHandling, onDiagnostic } from './diagnostics.js';
export {
  type CoreErrorCode,
  GevError,
  isGevError,
  type SystemFailure,
  systemError,
} from './error.js';
export type { BroadcastFilter, EventLoop, LoopReference, Timer } from './event-loop.js';
export type { Handler } from './handler.js';
export type { LoadBalancer, LoopLoad } from './load-balancer.js';
export { type Logger, stderrLogger } from './logger.js';
export type { LoopCounters, MetricsCollector } from './metrics/collector.js';
export { Counter, type Counters, closeCounter, createCounters } from './metrics/counters.js';
export { type MetricDefinition, type MetricKind, shapeOf } from './metrics/definition.js';
export type {
  CounterMetric,
  GaugeMetric,
  HistogramMetric,
  HistogramOptions,
  LoopMetrics,
  MetricOptions,
} from './metrics/loop-metrics.js';
export { clearGauges, MetricReader } from './metrics/metric-reader.js';
export { MetricTable } from './metrics/metric-table.js';
export type {
  HandOverResult,
  Listening,
  ListenOptions,
  Poller,
  PollerSink,
  PollerSupports,
  SocketOptions,
} from './poller.js';
export { messageOf, printable } from './printable.js';
export { defineProtocol, type Protocol, protocolError } from './protocol.js';
export type {
  Broker,
  Publication,
  PublishOptions,
  SubscribeOptions,
  Subscriber,
  Topics,
  Turn,
} from './topics.js';
