import type { LoopSample, Sample } from '../sample.js';
import { bucketsSince, quantile } from './quantile.js';

/** What is seen of one loop, or of all of them; `null` is not known. */
export interface LoopReading {
  readonly connections: number;
  /** Share of the last second in which the loop had work, 0 to 1. */
  readonly busy: number;
  /** Seconds by which the loop was late at most. */
  readonly lag: number;
  /** The rest is a second. */
  readonly opened: number | null;
  readonly closed: number | null;
  readonly messagesIn: number | null;
  readonly messagesOut: number | null;
  readonly bytesIn: number | null;
  readonly bytesOut: number | null;
}

/** What is seen at one moment. */
export interface Reading {
  /** Milliseconds since 1970, by the server's clock. */
  readonly time: number;
  /**
   * The sum of the loops; of `busy` the mean, of `lag` the worst, the server's own too. None where
   * there was no sample.
   */
  readonly all: LoopReading | undefined;
  readonly loops: readonly LoopReading[];
  /** The thread that accepts for all loops, where there is one. */
  readonly server: LoopReading | undefined;
  /** Seconds in the handler: under these lie 50, 99 and 99.9 of a hundred calls. */
  readonly p50: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
}

/** Counters of a loop that only grow, shown as rates. */
const COUNTED = ['opened', 'closed', 'messagesIn', 'messagesOut', 'bytesIn', 'bytesOut'] as const;

type Counted = (typeof COUNTED)[number];

/** What a counter grew by. One that fell began anew in between: then all of it is new. */
export function increase(now: number, before: number): number {
  return now >= before ? now - before : now;
}

function rates(
  now: LoopSample,
  before: LoopSample | undefined,
  elapsed: number,
): Record<Counted, number | null> {
  const entries = COUNTED.map((name) => [
    name,
    before === undefined || elapsed <= 0 ? null : increase(now[name], before[name]) / elapsed,
  ]);
  return Object.fromEntries(entries) as Record<Counted, number | null>;
}

function readLoop(now: LoopSample, before: LoopSample | undefined, elapsed: number): LoopReading {
  const { connections, busy, lag } = now;
  return { ...rates(now, before, elapsed), connections, busy, lag };
}

function sum(loops: readonly LoopReading[], name: Counted | 'connections'): number | null {
  let total: number | null = null;
  for (const { [name]: value } of loops) if (value !== null) total = (total ?? 0) + value;
  return total;
}

function together(loops: readonly LoopReading[], server: LoopReading | undefined): LoopReading {
  const counted = Object.fromEntries(COUNTED.map((name) => [name, sum(loops, name)]));
  return {
    ...(counted as Record<Counted, number | null>),
    connections: sum(loops, 'connections') ?? 0,
    busy: loops.reduce((total, { busy }) => total + busy, 0) / Math.max(loops.length, 1),
    lag: Math.max(server?.lag ?? 0, ...loops.map(({ lag }) => lag)),
  };
}

/**
 * Reads a sample. Rates are since `previous`; the handler's times are those since `earlier`, which
 * lies further back, so that there are enough of them for a tail.
 */
export function read(sample: Sample, previous?: Sample, earlier?: Sample): Reading {
  const elapsed = previous === undefined ? 0 : (sample.time - previous.time) / 1000;
  const loops = sample.loops.map((loop, i) => readLoop(loop, previous?.loops[i], elapsed));
  const server = sample.server && readLoop(sample.server, previous?.server, elapsed);
  const times = bucketsSince(sample.handlerTime, earlier?.handlerTime);
  return {
    time: sample.time,
    all: together(loops, server),
    loops,
    server,
    p50: quantile(0.5, times),
    p99: quantile(0.99, times),
    p999: quantile(0.999, times),
  };
}

/** The place of a moment that nobody saw: lines break there. */
export function blank(time: number): Reading {
  return { time, all: undefined, loops: [], server: undefined, p50: null, p99: null, p999: null };
}
