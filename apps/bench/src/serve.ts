/** Bytes in use: what a server prints as one JSON line on SIGUSR2 (see `peer-process.ts`). */
export interface MemoryReport {
  readonly rss: number;
  readonly heapUsed: number;
  /** With `arrayBuffers` in it. */
  readonly external: number;
  readonly arrayBuffers: number;
}

/** Collects garbage at once: Node with --expose-gc, or Bun's own call. */
type Collect = () => void;

/**
 * Tells the runner where the server listens and obeys its signals: SIGTERM ends the process with
 * 0, SIGUSR2 collects garbage and prints what memory is left in use.
 */
export function serve(port: number, collect: Collect = () => globalThis.gc?.()): void {
  process.on('SIGTERM', () => process.exit(0));
  process.on('SIGUSR2', () => reportMemory(collect));
  console.log(`listening tcp://127.0.0.1:${port}`);
}

/** Some objects are freed only a turn after what held them was collected: hence twice. */
function reportMemory(collect: Collect, rounds = 2): void {
  collect();
  if (rounds > 1) {
    setTimeout(reportMemory, 20, collect, rounds - 1);
    return;
  }
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const report: MemoryReport = { rss, heapUsed, external, arrayBuffers };
  console.log(JSON.stringify(report));
}

/** The same for every server, so that a storm of connects meets the same queue. */
export const BACKLOG = 4096;
