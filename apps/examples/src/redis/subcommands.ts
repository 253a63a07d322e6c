import { type Command, fits, Refusal, wrongArity } from './command.js';
import { CommandTable } from './command-table.js';

/** A command whose second argument says which of its subcommands is meant. */
export function withSubcommands(
  command: Omit<Command, 'run' | 'arity' | 'keys' | 'subcommands'>,
  subcommands: readonly Command[],
): Command {
  const table = new CommandTable(subcommands);
  const { name } = command;
  return {
    ...command,
    arity: -2,
    keys: [0, 0, 0],
    subcommands,
    run(request, session, redis) {
      const subcommand = table.find(request, 1);
      if (subcommand === undefined) {
        const told = request.text(1).slice(0, 128);
        throw new Refusal(`ERR unknown subcommand '${told}'. Try ${name.toUpperCase()} HELP.`);
      }
      if (!fits(request.count, subcommand)) throw wrongArity(`${name}|${subcommand.name}`);
      return subcommand.run(request, session, redis);
    },
  };
}
