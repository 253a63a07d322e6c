import { ReactorLoop } from '@gev/loop';
import { NodePoller } from '@gev/node-poller';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { IdleWatch } from '../src/idle-watch.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** Time passes in which nothing runs. */
function stall(milliseconds: number): void {
  const { now } = performance;
  performance.now = () => now.call(performance) + milliseconds;
}

/** A loop whose clock stands, and a connection that may be idle for a minute. */
function watched() {
  const loop = new ReactorLoop({ poller: new NodePoller() });
  const connection = { writeBufferLength: 0, idle: false, onIdle: () => void 0 };
  connection.onIdle = () => {
    connection.idle = true;
  };
  const timeouts = { read: 60_000, write: Number.POSITIVE_INFINITY, all: Number.POSITIVE_INFINITY };
  return { connection, watch: new IdleWatch(loop, timeouts, connection) };
}

it('a stall that is shorter than a step blames no peer either: what came is not read yet', () => {
  const { connection, watch } = watched();
  vi.advanceTimersByTime(59_900);
  stall(500);
  vi.advanceTimersToNextTimer();
  expect(connection.idle).toBe(false);
  watch.received();
  vi.advanceTimersByTime(59_000);
  expect(connection.idle).toBe(false);
  vi.advanceTimersByTime(1_001);
  expect(connection.idle).toBe(true);
});

it('a peer of which nothing came in spite of a stall is idle', () => {
  const { connection } = watched();
  vi.advanceTimersByTime(59_900);
  stall(500);
  vi.advanceTimersByTime(2_000);
  expect(connection.idle).toBe(true);
});
