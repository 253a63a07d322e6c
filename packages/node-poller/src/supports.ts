import type { PollerSupports } from '@gev/core';

/** Where Node's `reusePort` works; elsewhere listening with it fails (Node's documentation, net). */
const REUSE_PORT_PLATFORMS = new Set(['linux', 'freebsd', 'dragonfly', 'sunos', 'aix']);

/** What node:net of the running version can do. */
export function nodeSupports(
  version: string = process.versions.node,
  platform: string = process.platform,
): PollerSupports {
  return {
    handOff: false,
    reusePort: knowsReusePort(version) && REUSE_PORT_PLATFORMS.has(platform),
    unixSockets: platform !== 'win32',
    halfClose: true,
    socketOptions: false,
  };
}

/** node:net has the option since 23.1 and 22.12. */
function knowsReusePort(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
}
