import { CLOSE_REASONS, Counter, type Counters, closeCounter, type LoopCounters } from '@gev/core';
import type { LoopSample, Sample } from './sample.js';

/** The name of the thread that only accepts, among the loops. */
const SERVER = 'server';

/** Reads what every loop has counted up to now. */
export function takeSample(all: readonly LoopCounters[], time: number): Sample {
  const server = all.find(({ loop }) => loop === SERVER);
  return {
    time,
    loops: all.filter(({ loop }) => loop !== SERVER).map(({ counters }) => sampleOf(counters)),
    ...(server && { server: sampleOf(server.counters) }),
    closedBy: closedBy(all),
    handlerTime: [],
  };
}

function sampleOf(counters: Counters): LoopSample {
  const opened = counters[Counter.connectionsOpened]!;
  const closed = counters[Counter.connectionsClosed]!;
  return {
    connections: Math.max(0, opened - closed),
    opened,
    closed,
    messagesIn: counters[Counter.messagesReceived]!,
    messagesOut: counters[Counter.messagesSent]!,
    bytesIn: counters[Counter.bytesReceived]!,
    bytesOut: counters[Counter.bytesSent]!,
    busy: 0,
    lag: 0,
    readPauses: counters[Counter.readPauses]!,
    acceptErrors: counters[Counter.acceptErrors]!,
    restarts: 0,
  };
}

function closedBy(all: readonly LoopCounters[]): Record<string, number> {
  const totals = CLOSE_REASONS.map((reason) => {
    const slot = closeCounter(reason);
    return [reason, all.reduce((sum, { counters }) => sum + counters[slot]!, 0)] as const;
  });
  return Object.fromEntries(totals.filter(([, total]) => total > 0));
}
