import { CLOSE_REASONS, Counter, closeCounter } from '@gev/core';
import type { LoopReader } from './loop-reader.js';
import type { LoopSample, Sample } from './sample.js';

/** The name of the thread that only accepts, among the loops. */
const SERVER = 'server';

const HANDLER_TIME = 'gev_handler_seconds';

/** Reads what every loop has counted up to now; `time` in milliseconds since 1970. */
export function takeSample(all: readonly LoopReader[], time: number): Sample {
  const server = all.find(({ loop }) => loop === SERVER);
  return {
    time,
    loops: all.filter(({ loop }) => loop !== SERVER).map(sampleOf),
    ...(server && { server: sampleOf(server) }),
    closedBy: closedBy(all),
    handlerTime: handlerTime(all),
  };
}

function sampleOf({ counters, load }: LoopReader): LoopSample {
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
    busy: rounded(load.busy),
    lag: rounded(load.lag),
    readPauses: counters[Counter.readPauses]!,
    acceptErrors: counters[Counter.acceptErrors]!,
    restarts: counters[Counter.loopRestarts]!,
  };
}

/** Four digits: there are hundreds of samples on a page's way. */
function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

function closedBy(all: readonly LoopReader[]): Record<string, number> {
  const totals = CLOSE_REASONS.map((reason) => {
    const slot = closeCounter(reason);
    return [reason, all.reduce((sum, { counters }) => sum + counters[slot]!, 0)] as const;
  });
  return Object.fromEntries(totals.filter(([, total]) => total > 0));
}

function handlerTime(all: readonly LoopReader[]): Sample['handlerTime'] {
  const totals = new Map<number | null, number>();
  for (const reader of all) {
    const series = reader.definitions().find(({ name }) => name === HANDLER_TIME);
    if (series === undefined) continue;
    const bounds = [...series.buckets, null];
    for (const [index, count] of reader.cumulative(series).entries()) {
      totals.set(bounds[index]!, (totals.get(bounds[index]!) ?? 0) + count);
    }
  }
  return [...totals];
}
