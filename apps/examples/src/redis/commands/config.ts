import { RespMap } from '../../protocols/resp/reply.js';
import { type Command, NO_KEYS } from '../command.js';
import { matchesGlob } from '../glob.js';
import { withSubcommands } from '../subcommands.js';

/** What clients ask for: nothing is stored on a disk, and there is one database. */
const PARAMETERS: readonly (readonly [name: string, value: string])[] = [
  ['appendonly', 'no'],
  ['databases', '1'],
  ['maxmemory', '0'],
  ['save', ''],
];

const GET: Command = {
  name: 'get',
  arity: -3,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  keys: NO_KEYS,
  group: 'server',
  summary: 'Get the values of configuration parameters',
  since: '2.0.0',
  run(request) {
    const asked = new Set<string>();
    for (let index = 2; index < request.count; index += 1) {
      const glob = request.text(index).toLowerCase();
      for (const [name] of PARAMETERS) if (matchesGlob(name, glob)) asked.add(name);
    }
    return new RespMap(PARAMETERS.filter(([name]) => asked.has(name)));
  },
};

export const CONFIG = withSubcommands(
  {
    name: 'config',
    flags: [],
    group: 'server',
    summary: 'A container for server configuration commands',
    since: '2.0.0',
  },
  [GET],
);
