import { fileURLToPath } from 'node:url';
import { findBun } from './bun-binary.js';
import type { HoldMode } from './load-generator.js';
import { nativeProgram } from './native-programs.js';
import { redisServerCommand } from './redis-programs.js';

/** A server that is measured. */
export interface Peer {
  readonly name: string;
  readonly runtime: 'c' | 'node' | 'bun' | 'redis';
  /** The file in `src/servers`; with runtimes `c` and `redis` unused. */
  readonly server: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Runs only when `--peers` names it. */
  readonly onRequest?: true;
  /** What idle holds open to it. Default: TCP connections. */
  readonly hold?: HoldMode;
}

/** The peer that the others are compared with, and the limit. */
export const BASELINE = 'node-net';
export const LIMIT = 'c-epoll';

const NATIVE = { GEV_POLLER: 'native' };
const NODE = { GEV_POLLER: 'node' };

export const ECHO_PEERS: readonly Peer[] = [
  { name: 'c-epoll', runtime: 'c', server: '' },
  { name: 'gev-native', runtime: 'node', server: 'gev-echo', env: NATIVE },
  { name: 'gev-node', runtime: 'node', server: 'gev-echo', env: NODE },
  { name: 'node-net', runtime: 'node', server: 'node-net-echo' },
  { name: 'bun-tcp', runtime: 'bun', server: 'bun-echo' },
  {
    name: 'gev-metrics',
    runtime: 'node',
    server: 'gev-echo-metrics',
    env: NATIVE,
    onRequest: true,
  },
  {
    name: 'gev-2-loops',
    runtime: 'node',
    server: 'gev-echo-threads',
    env: NATIVE,
    onRequest: true,
  },
];

/** The C server is there for information: it knows of no frames and returns bytes. */
export const FRAMED_PEERS: readonly Peer[] = [
  { name: 'c-epoll', runtime: 'c', server: '' },
  { name: 'gev-native', runtime: 'node', server: 'gev-framed', env: NATIVE },
  { name: 'gev-node', runtime: 'node', server: 'gev-framed', env: NODE },
  { name: 'node-net', runtime: 'node', server: 'node-net-framed' },
  { name: 'bun-tcp', runtime: 'bun', server: 'bun-framed' },
  { name: 'node-net-writev', runtime: 'node', server: 'node-net-framed-writev', onRequest: true },
  { name: 'node-net-plain', runtime: 'node', server: 'node-net-framed-plain', onRequest: true },
];

/** All but the last have the commands and the parser of the example `redis`. */
export const REDIS_PEERS: readonly Peer[] = [
  { name: 'gev-native', runtime: 'node', server: 'gev-redis', env: NATIVE },
  { name: 'gev-node', runtime: 'node', server: 'gev-redis', env: NODE, onRequest: true },
  { name: 'node-net', runtime: 'node', server: 'node-net-redis' },
  { name: 'node-net-plain', runtime: 'node', server: 'node-net-redis-plain', onRequest: true },
  { name: 'redis-server', runtime: 'redis', server: '' },
];

/** The C server is there for information, as in framed. */
export const PROTOBUF_PEERS: readonly Peer[] = [
  { name: 'c-epoll', runtime: 'c', server: '' },
  { name: 'gev-native', runtime: 'node', server: 'gev-protobuf', env: NATIVE },
  { name: 'gev-node', runtime: 'node', server: 'gev-protobuf', env: NODE },
  { name: 'node-net', runtime: 'node', server: 'node-net-protobuf' },
  {
    name: 'node-net-finish',
    runtime: 'node',
    server: 'node-net-protobuf-finish',
    onRequest: true,
  },
];

/** Echo of binary messages. `ws` is what most servers on Node use. */
export const WEBSOCKET_PEERS: readonly Peer[] = [
  { name: 'gev-native', runtime: 'node', server: 'gev-websocket', env: NATIVE },
  { name: 'gev-node', runtime: 'node', server: 'gev-websocket', env: NODE, onRequest: true },
  { name: 'ws', runtime: 'node', server: 'ws-websocket' },
  { name: 'bun', runtime: 'bun', server: 'bun-websocket' },
];

/** Those that can tell their memory. */
export const IDLE_PEERS: readonly Peer[] = [
  ...ECHO_PEERS.filter(({ runtime }) => runtime === 'node'),
  {
    name: 'gev-websocket',
    runtime: 'node',
    server: 'gev-websocket',
    env: NATIVE,
    hold: 'hold-websocket',
  },
  { name: 'ws', runtime: 'node', server: 'ws-websocket', hold: 'hold-websocket' },
];

/** What one sends is sent to all. */
export const BROADCAST_PEERS: readonly Peer[] = [
  { name: 'gev-native', runtime: 'node', server: 'gev-broadcast', env: NATIVE },
  { name: 'gev-node', runtime: 'node', server: 'gev-broadcast', env: NODE, onRequest: true },
  { name: 'ws', runtime: 'node', server: 'ws-broadcast' },
  { name: 'bun', runtime: 'bun', server: 'bun-broadcast' },
];

/** What is asked of the peers of a scenario beside serving. */
export type Purpose = 'speed' | 'memory';

/**
 * Program and arguments that start a peer, or why it cannot be started. Only for memory does Node
 * get a flag: there a server must be able to collect its garbage when it is told to.
 */
export function commandOf(
  peer: Peer,
  purpose: Purpose,
): readonly string[] | { readonly reason: string } {
  if (peer.runtime === 'redis') return redisServerCommand();
  if (peer.runtime === 'c') return [nativeProgram('epoll-echo')];
  const file = fileURLToPath(new URL(`../dist/servers/${peer.server}.js`, import.meta.url));
  if (peer.runtime === 'node') {
    return [process.execPath, ...(purpose === 'memory' ? ['--expose-gc'] : []), file];
  }
  const bun = findBun();
  return 'path' in bun ? [bun.path, file] : bun;
}
