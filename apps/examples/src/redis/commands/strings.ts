import { ALL_KEYS, type Command, ONE_KEY, wrongArity } from '../command.js';
import { OK } from '../constants.js';

const GET: Command = {
  name: 'get',
  arity: 2,
  flags: ['readonly', 'fast'],
  keys: ONE_KEY,
  group: 'string',
  summary: 'Get the value of a key',
  since: '1.0.0',
  run(request, _session, { keys }) {
    const entry = keys.get(request.text(1));
    return entry === undefined ? null : entry.value;
  },
};

const MGET: Command = {
  name: 'mget',
  arity: -2,
  flags: ['readonly', 'fast'],
  keys: ALL_KEYS,
  group: 'string',
  summary: 'Get the values of all the given keys',
  since: '1.0.0',
  run: (request, _session, { keys }) =>
    Array.from(
      { length: request.count - 1 },
      (_, index) => keys.get(request.text(index + 1))?.value ?? null,
    ),
};

const MSET: Command = {
  name: 'mset',
  arity: -3,
  flags: ['write', 'denyoom'],
  keys: [1, -1, 2],
  group: 'string',
  summary: 'Set multiple keys to multiple values',
  since: '1.0.1',
  run(request, _session, { keys }) {
    if (request.count % 2 === 0) throw wrongArity('mset');
    const { bytes, starts, ends } = request;
    for (let index = 1; index < request.count; index += 2) {
      keys.set(request.text(index), bytes, starts[index + 1]!, ends[index + 1]!);
    }
    return OK;
  },
};

export const STRING_COMMANDS = [GET, MGET, MSET];
