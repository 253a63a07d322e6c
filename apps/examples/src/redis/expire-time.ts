import type { Request } from '../protocols/resp/request.js';
import { Refusal } from './command.js';
import { integerArgument } from './integers.js';
import type { KeySpace } from './key-space.js';

/** How an argument says when a key is over. */
export interface TimeUnit {
  readonly milliseconds: 1 | 1000;
  /** From now, or since 1970. */
  readonly relative: boolean;
}

const LARGEST = 2n ** 63n - 1n;

/**
 * The time that an argument says, in milliseconds of the wall clock.
 *
 * @param command for the reply when the time has no place in 64 bits
 * @param least SET takes no time before this, in the argument's own unit
 * @throws Refusal
 */
export function expireTime(
  request: Request,
  index: number,
  unit: TimeUnit,
  keys: KeySpace,
  command: string,
  least?: number,
): number {
  const value = integerArgument(request, index);
  const from = unit.relative ? keys.now() : 0;
  const time = BigInt(value) * BigInt(unit.milliseconds) + BigInt(from);
  if (time > LARGEST || time < -LARGEST || (least !== undefined && value < least)) {
    throw new Refusal(`ERR invalid expire time in '${command}' command`);
  }
  return Number(time);
}
