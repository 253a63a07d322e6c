import { setTimeout as sleep } from 'node:timers/promises';
import { openDescriptors } from './process-facts.js';

const INTERVAL = 20;
const PATIENCE = 30_000;

/**
 * Waits until a server's count of open descriptors satisfies `enough`: it accepts and closes later
 * than its client connects and leaves. Returns the count, or undefined when patience is over.
 */
export async function settle(
  pid: number,
  enough: (descriptors: number) => boolean,
): Promise<number | undefined> {
  for (let waited = 0; waited < PATIENCE; waited += INTERVAL) {
    const descriptors = openDescriptors(pid);
    if (enough(descriptors)) return descriptors;
    await sleep(INTERVAL);
  }
  return undefined;
}
