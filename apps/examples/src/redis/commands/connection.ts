import { simple } from '../../protocols/resp/reply.js';
import { type Command, NO_KEYS, Refusal, wrongArity } from '../command.js';
import { OK, PONG } from '../constants.js';
import { integerArgument } from '../integers.js';

const RESET = simple('RESET');

const PING: Command = {
  name: 'ping',
  arity: -1,
  flags: ['fast'],
  keys: NO_KEYS,
  group: 'connection',
  summary: 'Ping the server',
  since: '1.0.0',
  run(request) {
    if (request.count === 1) return PONG;
    if (request.count > 2) throw wrongArity('ping');
    return request.view(1);
  },
};

const ECHO: Command = {
  name: 'echo',
  arity: 2,
  flags: ['fast'],
  keys: NO_KEYS,
  group: 'connection',
  summary: 'Echo the given string',
  since: '1.0.0',
  run: (request) => request.view(1),
};

const SELECT: Command = {
  name: 'select',
  arity: 2,
  flags: ['loading', 'stale', 'fast'],
  keys: NO_KEYS,
  group: 'connection',
  summary: 'Change the selected database for the current connection',
  since: '1.0.0',
  run(request) {
    if (integerArgument(request, 1) !== 0) throw new Refusal('ERR DB index is out of range');
    return OK;
  },
};

const QUIT: Command = {
  name: 'quit',
  arity: -1,
  flags: ['noscript', 'loading', 'stale', 'fast'],
  keys: NO_KEYS,
  group: 'connection',
  summary: 'Close the connection',
  since: '1.0.0',
  run(_request, session) {
    session.isLeaving = true;
    return OK;
  },
};

const RESET_COMMAND: Command = {
  name: 'reset',
  arity: 1,
  flags: ['noscript', 'loading', 'stale', 'fast'],
  keys: NO_KEYS,
  group: 'connection',
  summary: 'Reset the connection',
  since: '6.2.0',
  run(_request, session) {
    session.version = 2;
    session.name = '';
    return RESET;
  },
};

export const CONNECTION_COMMANDS = [PING, ECHO, SELECT, QUIT, RESET_COMMAND];
