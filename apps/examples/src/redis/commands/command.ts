import { type Reply, RespMap, simple } from '../../protocols/resp/reply.js';
import type { Request } from '../../protocols/resp/request.js';
import { type Command, type Flag, NO_KEYS, type RedisState } from '../command.js';
import { withSubcommands } from '../subcommands.js';

const FLAGS: readonly Flag[] = ['loading', 'stale'];

/** As clients learn where the keys of a command stand. */
function describe({ name, arity, flags, keys, subcommands }: Command, parent = ''): Reply {
  const inner = (subcommands ?? []).map((each) => describe(each, `${name}|`));
  // Categories of access control, tips and key specifications: there are none.
  return [`${parent}${name}`, arity, flags.map(simple), ...keys, [], [], [], inner];
}

/** An entry of the map of documents. */
function document({ name, summary, since, group }: Command): readonly [string, Reply] {
  const entries = [
    ['summary', summary],
    ['since', since],
    ['group', group],
  ] as const;
  return [name, new RespMap(entries)];
}

/** What is told of the commands that a request names from its third argument on; null of an unknown one. */
function tellNamed<Told>(
  request: Request,
  { commands }: RedisState,
  tell: (command: Command) => Told,
): (Told | null)[] {
  // Once of each: a request may name the same command a million times.
  const told = new Map(commands.map((command) => [command.name, tell(command)]));
  return Array.from(
    { length: request.count - 2 },
    (_, index) => told.get(request.text(index + 2).toLowerCase()) ?? null,
  );
}

const SUBCOMMANDS: readonly Command[] = [
  {
    ...subcommand('count', 2, 'Get total number of Redis commands', '2.8.13'),
    run: (_request, _session, { commands }) => commands.length,
  },
  {
    ...subcommand('list', 2, 'Get an array of Redis command names', '7.0.0'),
    run: (_request, _session, { commands }) => commands.map(({ name }) => name),
  },
  {
    ...subcommand('info', -2, 'Get array of specific Redis command details', '2.8.13'),
    run: (request, _session, redis) =>
      request.count === 2
        ? redis.commands.map((command) => describe(command))
        : tellNamed(request, redis, describe),
  },
  {
    ...subcommand('docs', -2, 'Get array of specific Redis command documentation', '7.0.0'),
    run(request, _session, redis) {
      const documents =
        request.count === 2
          ? redis.commands.map(document)
          : tellNamed(request, redis, document).filter((each) => each !== null);
      return new RespMap(documents);
    },
  },
];

const container = withSubcommands(
  {
    name: 'command',
    flags: FLAGS,
    group: 'server',
    summary: 'Get array of Redis command details',
    since: '2.8.13',
  },
  SUBCOMMANDS,
);

/** Alone it describes every command. */
export const COMMAND: Command = {
  ...container,
  arity: -1,
  run(request, session, redis) {
    if (request.count > 1) return container.run(request, session, redis);
    return redis.commands.map((command) => describe(command));
  },
};

function subcommand(name: string, arity: number, summary: string, since: string) {
  const group = 'server' as const;
  return { name, arity, flags: FLAGS, keys: NO_KEYS, group, summary, since };
}
