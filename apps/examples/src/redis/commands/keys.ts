import type { Request } from '../../protocols/resp/request.js';
import { ALL_KEYS, type Command, NO_KEYS, syntaxError } from '../command.js';
import { OK } from '../constants.js';
import type { KeySpace } from '../key-space.js';

/** For how many of the keys that a request names something holds; a key named twice counts twice. */
function count(request: Request, holds: (key: string) => boolean): number {
  let sum = 0;
  for (let index = 1; index < request.count; index += 1) {
    if (holds(request.text(index))) sum += 1;
  }
  return sum;
}

/** There is one database, so both commands that empty databases do the same. */
function flush(request: Request, keys: KeySpace) {
  const takesMode = request.count === 2 && (request.is(1, 'ASYNC') || request.is(1, 'SYNC'));
  if (request.count > 1 && !takesMode) throw syntaxError();
  keys.clear();
  return OK;
}

export const KEY_COMMANDS: readonly Command[] = [
  {
    name: 'del',
    arity: -2,
    flags: ['write'],
    keys: ALL_KEYS,
    group: 'generic',
    summary: 'Delete a key',
    since: '1.0.0',
    // Asks first: a key whose time is over is not there to be deleted.
    run: (request, _session, { keys }) =>
      count(request, (key) => keys.get(key) !== undefined && keys.delete(key)),
  },
  {
    name: 'exists',
    arity: -2,
    flags: ['readonly', 'fast'],
    keys: ALL_KEYS,
    group: 'generic',
    summary: 'Determine if a key exists',
    since: '1.0.0',
    run: (request, _session, { keys }) => count(request, (key) => keys.get(key) !== undefined),
  },
  {
    name: 'dbsize',
    arity: 1,
    flags: ['readonly', 'fast'],
    keys: NO_KEYS,
    group: 'server',
    summary: 'Return the number of keys in the selected database',
    since: '1.0.0',
    run: (_request, _session, { keys }) => keys.size,
  },
  {
    name: 'flushdb',
    arity: -1,
    flags: ['write'],
    keys: NO_KEYS,
    group: 'server',
    summary: 'Remove all keys from the current database',
    since: '1.0.0',
    run: (request, _session, { keys }) => flush(request, keys),
  },
  {
    name: 'flushall',
    arity: -1,
    flags: ['write'],
    keys: NO_KEYS,
    group: 'server',
    summary: 'Remove all keys from all databases',
    since: '1.0.0',
    run: (request, _session, { keys }) => flush(request, keys),
  },
];
