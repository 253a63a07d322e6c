import { type Command, type Flag, NO_KEYS, Refusal } from '../command.js';
import { OK } from '../constants.js';
import { withSubcommands } from '../subcommands.js';

const FLAGS: readonly Flag[] = ['noscript', 'loading', 'stale'];

/** @throws Refusal for what would break the lines of a list of clients */
export function checkName(name: string): string {
  if (/^[!-~]*$/.test(name)) return name;
  throw new Refusal('ERR Client names cannot contain spaces, newlines or special characters.');
}

const SUBCOMMANDS: readonly Command[] = [
  {
    ...subcommand('id', 2, 'Returns the client ID for the current connection', '5.0.0'),
    run: (_request, session) => session.id,
  },
  {
    ...subcommand('getname', 2, 'Get the current connection name', '2.6.9'),
    run: (_request, session) => (session.name === '' ? null : session.name),
  },
  {
    ...subcommand('setname', 3, 'Set the current connection name', '2.6.9'),
    run(request, session) {
      session.name = checkName(request.text(2));
      return OK;
    },
  },
  {
    ...subcommand('setinfo', 4, 'Set client or connection specific info', '7.2.0'),
    run(request) {
      if (request.is(2, 'LIB-NAME') || request.is(2, 'LIB-VER')) return OK;
      throw new Refusal(`ERR Unrecognized option '${request.text(2)}'`);
    },
  },
];

export const CLIENT = withSubcommands(
  {
    name: 'client',
    flags: [],
    group: 'connection',
    summary: 'A container for client connection commands',
    since: '2.4.0',
  },
  SUBCOMMANDS,
);

function subcommand(name: string, arity: number, summary: string, since: string) {
  const group = 'connection' as const;
  return { name, arity, flags: FLAGS, keys: NO_KEYS, group, summary, since };
}
