import { RespMap } from '../../protocols/resp/reply.js';
import { type Command, NO_KEYS } from '../command.js';
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
    const patterns = Array.from({ length: request.count - 2 }, (_, index) =>
      patternOf(request.text(index + 2)),
    );
    return new RespMap(
      PARAMETERS.filter(([name]) => patterns.some((pattern) => pattern.test(name))),
    );
  },
};

const LONGEST_PATTERN = 256;

/** Of the wild cards of Redis `*` and `?`: names of parameters need no others. */
function patternOf(glob: string): RegExp {
  // No parameter has so long a name, and a peer may send megabytes.
  if (glob.length > LONGEST_PATTERN) return /(?!)/;
  // Many stars in a row mean what one does, and would take a long time.
  const escaped = glob.replace(/[\\^$.|+()[\]{}]/g, '\\$&').replace(/\*+/g, '.*');
  return new RegExp(`^${escaped.replaceAll('?', '.')}$`, 'i');
}

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
