import type { Reply } from '../protocols/resp/reply.js';
import type { Request } from '../protocols/resp/request.js';
import { fits, type RedisState, Refusal, wrongArity } from './command.js';
import { CommandTable } from './command-table.js';
import { COMMANDS } from './commands/index.js';
import { KeySpace, type KeySpaceOptions } from './key-space.js';
import type { Session } from './session.js';

/** The commands over one key space. Knows of no socket. */
export class Redis implements RedisState {
  readonly keys: KeySpace;
  readonly commands = COMMANDS;
  readonly startedAt: number;
  readonly #table = new CommandTable(COMMANDS);
  /** Of all clients, told by whoever serves them. */
  clients = 0;
  executed = 0;

  constructor(options: KeySpaceOptions) {
    this.keys = new KeySpace(options);
    this.startedAt = options.now();
  }

  /** Carries a request with at least one argument out. */
  execute(request: Request, session: Session): Reply {
    const command = this.#table.find(request, 0);
    if (command === undefined) return unknownCommand(request).reply;
    if (!fits(request.count, command)) return wrongArity(command.name).reply;
    this.executed += 1;
    try {
      return command.run(request, session, this);
    } catch (error) {
      if (error instanceof Refusal) return error.reply;
      throw error;
    }
  }
}

/** Characters that are told of the name, and of all arguments. */
const TOLD = 128;

function unknownCommand(request: Request): Refusal {
  let args = '';
  for (let index = 1; index < request.count && args.length < TOLD; index += 1) {
    args += `'${request.text(index).slice(0, TOLD - args.length)}' `;
  }
  const name = request.text(0).slice(0, TOLD);
  return new Refusal(`ERR unknown command '${name}', with args beginning with: ${args}`);
}
