import { getSystemErrorName } from 'node:util';
import { GevError, printable, systemError } from '@gev/core';

/**
 * Turns what the addon threw into a {@link GevError}.
 *
 * @param what the value that it failed on, such as `tcp://127.0.0.1:80`
 */
export function nativeFailure(error: unknown, what: string): GevError {
  if (!(error instanceof Error)) return new GevError('ERR_GEV_IO', `${what}: ${printable(error)}`);
  if ('errno' in error && typeof error.errno === 'number' && 'syscall' in error) {
    return systemError(errnoName(error.errno), String(error.syscall), what);
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'ERR_GEV_IO';
  return new GevError(code, `${what}: ${error.message}`, { cause: error });
}

function errnoName(errno: number): string {
  try {
    return getSystemErrorName(-errno);
  } catch {
    return `errno ${errno}`;
  }
}
