import v8 from 'node:v8';

/** Bytes in use: what a server prints as one JSON line on SIGUSR2 (see `peer-process.ts`). */
export interface MemoryReport {
  readonly rss: number;
  readonly heapUsed: number;
  /** With `arrayBuffers` in it. */
  readonly external: number;
  readonly arrayBuffers: number;
  /** What V8 holds for new objects, in use or not; 0 where nobody tells. */
  readonly nursery: number;
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
  const nursery = nurserySize();
  const report: MemoryReport = { rss, heapUsed, external, arrayBuffers, nursery };
  console.log(JSON.stringify(report));
}

function nurserySize(): number {
  // Bun has the function, and throws.
  if ('bun' in process.versions) return 0;
  const spaces = v8.getHeapSpaceStatistics();
  return spaces.find(({ space_name }) => space_name === 'new_space')?.physical_space_size ?? 0;
}

/** The same for every server, so that a storm of connects meets the same queue. */
export const BACKLOG = 4096;
