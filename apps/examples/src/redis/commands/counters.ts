import { bulk, latin1 } from '../../protocols/resp/reply.js';
import { type Command, ONE_KEY, Refusal } from '../command.js';
import { addIntegers, integerArgument, parseInteger, SMALLEST } from '../integers.js';
import type { KeySpace } from '../key-space.js';

/** Adds to the integer under a key, 0 where there is none, and keeps the key's time. */
function add(keys: KeySpace, key: string, increment: number | bigint): number | bigint {
  const value = keys.get(key)?.value;
  const before =
    value === undefined
      ? 0
      : parseInteger(value.bytes, value.bodyStart, value.bodyStart + value.size);
  if (before === undefined) throw new Refusal('ERR value is not an integer or out of range');
  const after = addIntegers(before, increment);
  if (after === undefined) throw new Refusal('ERR increment or decrement would overflow');
  keys.replace(key, bulk(latin1(String(after))));
  return after;
}

const common = {
  flags: ['write', 'denyoom', 'fast'],
  keys: ONE_KEY,
  group: 'string',
  since: '1.0.0',
} as const;

export const COUNTER_COMMANDS: readonly Command[] = [
  {
    ...common,
    name: 'incr',
    arity: 2,
    summary: 'Increment the integer value of a key by one',
    run: (request, _session, { keys }) => add(keys, request.text(1), 1),
  },
  {
    ...common,
    name: 'decr',
    arity: 2,
    summary: 'Decrement the integer value of a key by one',
    run: (request, _session, { keys }) => add(keys, request.text(1), -1),
  },
  {
    ...common,
    name: 'incrby',
    arity: 3,
    summary: 'Increment the integer value of a key by the given amount',
    run: (request, _session, { keys }) => add(keys, request.text(1), integerArgument(request, 2)),
  },
  {
    ...common,
    name: 'decrby',
    arity: 3,
    summary: 'Decrement the integer value of a key by the given number',
    run(request, _session, { keys }) {
      const decrement = integerArgument(request, 2);
      // Its opposite has no place in 64 bits.
      if (decrement === SMALLEST) throw new Refusal('ERR decrement would overflow');
      // From 0, so that there is no -0.
      return add(keys, request.text(1), typeof decrement === 'bigint' ? -decrement : 0 - decrement);
    },
  },
];
