import { bulk, type Reply } from '../../protocols/resp/reply.js';
import type { Request } from '../../protocols/resp/request.js';
import { type Command, ONE_KEY, syntaxError } from '../command.js';
import { OK } from '../constants.js';
import { expireTime, type TimeUnit } from '../expire-time.js';
import type { KeySpace } from '../key-space.js';

const TIMES: Readonly<Record<string, TimeUnit>> = {
  EX: { milliseconds: 1000, relative: true },
  PX: { milliseconds: 1, relative: true },
  EXAT: { milliseconds: 1000, relative: false },
  PXAT: { milliseconds: 1, relative: false },
};

/** What stands behind the value. */
interface Options {
  /** Only if the key is not there, or only if it is. */
  readonly condition: 'NX' | 'XX' | undefined;
  readonly keepsTime: boolean;
  /** Tell what was there before. */
  readonly tellsOld: boolean;
  /** Milliseconds of the wall clock. */
  readonly expiresAt: number | undefined;
}

function readOptions(request: Request, keys: KeySpace): Options {
  let condition: Options['condition'];
  let keepsTime = false;
  let tellsOld = false;
  let time: { unit: TimeUnit; index: number } | undefined;
  for (let index = 3; index < request.count; index += 1) {
    const word = request.text(index).toUpperCase();
    const unit = TIMES[word];
    if ((word === 'NX' || word === 'XX') && (condition ?? word) === word) condition = word;
    else if (word === 'KEEPTTL' && time === undefined) keepsTime = true;
    else if (word === 'GET') tellsOld = true;
    else if (unit && !time && !keepsTime && index + 1 < request.count) {
      index += 1;
      time = { unit, index };
    } else throw syntaxError();
  }
  const expiresAt = time && expireTime(request, time.index, time.unit, keys, 'set', 1);
  return { condition, keepsTime, tellsOld, expiresAt };
}

function setWithOptions(request: Request, keys: KeySpace): Reply {
  const { condition, keepsTime, tellsOld, expiresAt } = readOptions(request, keys);
  const key = request.text(1);
  const old = keys.get(key);
  const oldValue = old?.value ?? null;
  if (condition !== undefined && (condition === 'NX') === (old !== undefined)) {
    return tellsOld ? oldValue : null;
  }
  // Not in the place of the old value, which may have to be told yet.
  keys.replace(key, bulk(request.bytes, request.starts[2], request.ends[2]));
  if (!keepsTime) keys.expire(key, keys.get(key)!, expiresAt ?? 0);
  return tellsOld ? oldValue : OK;
}

export const SET: Command = {
  name: 'set',
  arity: -3,
  flags: ['write', 'denyoom'],
  keys: ONE_KEY,
  group: 'string',
  summary: 'Set the string value of a key',
  since: '1.0.0',
  run(request, _session, { keys }) {
    if (request.count > 3) return setWithOptions(request, keys);
    keys.set(request.text(1), request.bytes, request.starts[2]!, request.ends[2]!);
    return OK;
  },
};
