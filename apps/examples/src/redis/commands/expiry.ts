import type { Request } from '../../protocols/resp/request.js';
import { type Command, ONE_KEY, Refusal } from '../command.js';
import { expireTime } from '../expire-time.js';
import type { KeySpace } from '../key-space.js';

type Condition = 'NX' | 'XX' | 'GT' | 'LT';

function readConditions(request: Request): ReadonlySet<Condition> {
  const conditions = new Set<Condition>();
  for (let index = 3; index < request.count; index += 1) {
    const word = request.text(index).toUpperCase();
    if (word !== 'NX' && word !== 'XX' && word !== 'GT' && word !== 'LT') {
      throw new Refusal(`ERR Unsupported option ${request.text(index)}`);
    }
    conditions.add(word);
  }
  if (conditions.has('NX') && conditions.size > 1) {
    throw new Refusal('ERR NX and XX, GT or LT options at the same time are not compatible');
  }
  if (conditions.has('GT') && conditions.has('LT')) {
    throw new Refusal('ERR GT and LT options at the same time are not compatible');
  }
  return conditions;
}

/** @param before 0 for a key without a time, which counts as one that lasts for ever */
function allows(conditions: ReadonlySet<Condition>, before: number, after: number): boolean {
  if (conditions.has('NX') && before !== 0) return false;
  if (conditions.has('XX') && before === 0) return false;
  if (conditions.has('GT') && (before === 0 || after <= before)) return false;
  return !(conditions.has('LT') && before !== 0 && after >= before);
}

function expire(request: Request, keys: KeySpace, name: string, milliseconds: 1 | 1000): number {
  const conditions = readConditions(request);
  const expiresAt = expireTime(request, 2, { milliseconds, relative: true }, keys, name);
  const key = request.text(1);
  const entry = keys.get(key);
  if (entry === undefined || !allows(conditions, entry.expiresAt, expiresAt)) return 0;
  if (expiresAt <= keys.now()) keys.delete(key);
  else keys.expire(key, entry, expiresAt);
  return 1;
}

/** Milliseconds that a key has left; -1 without a time, -2 without a key. */
function timeLeft(request: Request, keys: KeySpace): number {
  const entry = keys.get(request.text(1));
  if (entry === undefined) return -2;
  return entry.expiresAt === 0 ? -1 : entry.expiresAt - keys.now();
}

const asking = { flags: ['readonly', 'fast'], keys: ONE_KEY, group: 'generic' } as const;
const setting = { flags: ['write', 'fast'], keys: ONE_KEY, group: 'generic' } as const;

export const EXPIRY_COMMANDS: readonly Command[] = [
  {
    ...setting,
    name: 'expire',
    arity: -3,
    summary: "Set a key's time to live in seconds",
    since: '1.0.0',
    run: (request, _session, { keys }) => expire(request, keys, 'expire', 1000),
  },
  {
    ...setting,
    name: 'pexpire',
    arity: -3,
    summary: "Set a key's time to live in milliseconds",
    since: '2.6.0',
    run: (request, _session, { keys }) => expire(request, keys, 'pexpire', 1),
  },
  {
    ...setting,
    name: 'persist',
    arity: 2,
    summary: 'Remove the expiration from a key',
    since: '2.2.0',
    run(request, _session, { keys }) {
      const key = request.text(1);
      const entry = keys.get(key);
      if (entry === undefined || entry.expiresAt === 0) return 0;
      keys.expire(key, entry, 0);
      return 1;
    },
  },
  {
    ...asking,
    name: 'ttl',
    arity: 2,
    summary: 'Get the time to live for a key in seconds',
    since: '1.0.0',
    run(request, _session, { keys }) {
      const left = timeLeft(request, keys);
      return left < 0 ? left : Math.floor((left + 500) / 1000);
    },
  },
  {
    ...asking,
    name: 'pttl',
    arity: 2,
    summary: 'Get the time to live for a key in milliseconds',
    since: '2.6.0',
    run: (request, _session, { keys }) => timeLeft(request, keys),
  },
];
