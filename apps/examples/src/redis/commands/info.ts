import { Verbatim } from '../../protocols/resp/reply.js';
import type { Request } from '../../protocols/resp/request.js';
import { type Command, NO_KEYS, type RedisState } from '../command.js';
import { REDIS_VERSION } from '../constants.js';

type Section = readonly (readonly [name: string, value: string | number])[];

function sectionsOf(redis: RedisState): Readonly<Record<string, Section>> {
  const uptime = Math.floor((redis.keys.now() - redis.startedAt) / 1000);
  const { size, mortal } = redis.keys;
  return {
    server: [
      ['redis_version', REDIS_VERSION],
      ['redis_mode', 'standalone'],
      ['server_name', 'gev'],
      ['process_id', process.pid],
      ['node_version', process.versions.node],
      ['uptime_in_seconds', uptime],
    ],
    clients: [['connected_clients', redis.clients]],
    memory: [['used_memory', process.memoryUsage.rss()]],
    stats: [['total_commands_processed', redis.executed]],
    replication: [['role', 'master']],
    keyspace: size === 0 ? [] : [['db0', `keys=${size},expires=${mortal},avg_ttl=0`]],
  };
}

const EVERY_SECTION: readonly string[] = ['all', 'everything', 'default'];

/** Of all sections those that a request names; every one when it names none. */
function wantedOf(request: Request, all: readonly string[]): readonly string[] {
  if (request.count === 1) return all;
  const named = new Set<string>();
  for (let index = 1; index < request.count; index += 1) {
    const name = request.text(index).toLowerCase();
    if (EVERY_SECTION.includes(name)) return all;
    if (all.includes(name)) named.add(name);
  }
  return all.filter((name) => named.has(name));
}

export const INFO: Command = {
  name: 'info',
  arity: -1,
  flags: ['loading', 'stale'],
  keys: NO_KEYS,
  group: 'server',
  summary: 'Get information and statistics about the server',
  since: '1.0.0',
  run(request, _session, redis) {
    const sections = sectionsOf(redis);
    const texts = wantedOf(request, Object.keys(sections)).map((name) => {
      const lines = sections[name]!.map(([key, value]) => `${key}:${value}\r\n`);
      return `# ${name[0]!.toUpperCase()}${name.slice(1)}\r\n${lines.join('')}`;
    });
    return new Verbatim(texts.join('\r\n'));
  },
};
