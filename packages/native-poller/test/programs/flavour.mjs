// The poller under test in a child program or worker: its options come as JSON in GEV_FLAVOUR.
import { readdirSync } from 'node:fs';
import { createNativePoller } from '../../dist/index.js';

export const anyPort = { transport: 'tcp', host: '127.0.0.1', port: 0 };

export function makePoller(options = {}) {
  return createNativePoller({ ...JSON.parse(process.env.GEV_FLAVOUR), ...options });
}

/** Open descriptors of this process; constant where the system does not tell. */
export function countDescriptors() {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
}

/** Share of one core that this process uses while nothing happens, in per cent. */
export async function idleCpu(milliseconds = 300) {
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 10 / milliseconds;
}

/** Waits for a condition, turn by turn. */
export async function until(condition) {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
