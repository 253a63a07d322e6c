import { CLOSE_REASONS } from '../close-reason.js';
import { Counter, closeCounter } from './counters.js';
import type { MetricDefinition, MetricKind } from './definition.js';

const define = (
  kind: MetricKind,
  name: string,
  slot: number,
  help: string,
  rest: Partial<MetricDefinition> = {},
): MetricDefinition => ({ kind, name, help, labels: {}, buckets: [], slot, ...rest });

const counter = (name: string, slot: number, help: string, rest = {}) =>
  define('counter', name, slot, help, rest);

const gauge = (name: string, slot: number, help: string, rest = {}) =>
  define('gauge', name, slot, help, rest);

const CLOSED = 'Connections that ended, by reason.';

/** The series that every loop has. */
export const BUILT_IN_METRICS: readonly MetricDefinition[] = [
  gauge('gev_connections', Counter.connectionsOpened, 'Connections that are open.', {
    minus: Counter.connectionsClosed,
  }),
  counter('gev_connections_opened_total', Counter.connectionsOpened, 'Connections opened.'),
  ...CLOSE_REASONS.map((reason) =>
    counter('gev_connections_closed_total', closeCounter(reason), CLOSED, { labels: { reason } }),
  ),
  counter(
    'gev_connections_rejected_total',
    Counter.connectionsRejected,
    'Connections turned away by maxConnections or maxConnectionsPerAddress.',
  ),
  counter('gev_accept_errors_total', Counter.acceptErrors, 'Times that accepting failed.'),
  counter('gev_bytes_received_total', Counter.bytesReceived, 'Bytes received.'),
  counter('gev_bytes_sent_total', Counter.bytesSent, 'Bytes of messages handed over to be sent.'),
  counter(
    'gev_messages_received_total',
    Counter.messagesReceived,
    'Messages that the protocol unpacked.',
  ),
  counter('gev_messages_sent_total', Counter.messagesSent, 'Messages handed over to be sent.'),
  counter('gev_batches_total', Counter.batches, 'Batches of events taken from the poller.'),
  counter('gev_events_total', Counter.events, 'Events in those batches.'),
  counter('gev_read_pauses_total', Counter.readPauses, 'Times that a connection was read no more.'),
  counter(
    'gev_loop_restarts_total',
    Counter.loopRestarts,
    'Threads started in the place of one that died.',
  ),
  gauge('gev_tasks_pending', Counter.tasksPending, 'Tasks of runInLoop that have yet to run.'),
  gauge('gev_timers_armed', Counter.timersArmed, 'Timers that wait for their time.'),
  gauge(
    'gev_loop_busy_ratio',
    Counter.busyRatio,
    'Part of the last second that the thread worked, 0 to 1.',
  ),
  gauge('gev_loop_lag_seconds', Counter.lag, 'How late the thread was at most in the last second.'),
];
