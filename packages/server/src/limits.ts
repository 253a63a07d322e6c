import { GevError, printable } from '@gev/core';
import type { ServerErrorCode } from './error-codes.js';
import type { IdleTimeouts } from './idle-watch.js';

/** What bounds one connection. Bytes and milliseconds. */
export interface ConnectionLimits {
  /** Bytes of a message not yet whole; more closes with `input-limit`. Default 1 MiB. */
  readonly maxInputBuffer?: number;
  /** Unsent bytes; more closes with `output-limit`. Default 16 MiB. */
  readonly maxOutputBuffer?: number;
  /** Unsent bytes from which on reading pauses and `send` returns false. Default 1 MiB. */
  readonly highWatermark?: number;
  /** Unsent bytes under which reading goes on and `onDrain` is called. Default 64 KiB. */
  readonly lowWatermark?: number;
  /**
   * How long `close` waits for unsent bytes and the peer's end; once more, where a stall of the loop took that
   * time. Default 10 seconds.
   */
  readonly closeTimeout?: number;
  /**
   * Milliseconds without traffic after which a connection is closed with `idle-timeout`: a number
   * for traffic either way, or apart for what is received (`read`), sent (`write`) and both
   * (`all`). 0, or left out: never. Default: never. What a slow reader takes counts as sent; it is
   * noticed within a 32nd of the time-out, on node:net only when a whole write has left.
   */
  readonly idleTimeout?: number | Partial<IdleTimeouts>;
}

/** The limits with every default filled in and checked. */
export type ResolvedLimits = Required<Omit<ConnectionLimits, 'idleTimeout'>>;

const MiB = 1024 * 1024;
const LARGEST = 2 ** 31 - 1;

/** @throws GevError `ERR_GEV_INVALID_OPTION` */
export function resolveLimits(options: ConnectionLimits): ResolvedLimits {
  const maxOutputBuffer = wholeNumber('maxOutputBuffer', options.maxOutputBuffer ?? 16 * MiB, 1);
  const highWatermark = wholeNumber(
    'highWatermark',
    options.highWatermark ?? Math.min(MiB, maxOutputBuffer),
    1,
  );
  const lowWatermark = wholeNumber(
    'lowWatermark',
    options.lowWatermark ?? Math.min(64 * 1024, highWatermark),
    0,
  );
  if (lowWatermark > highWatermark || highWatermark > maxOutputBuffer) {
    throw invalid(
      `lowWatermark ${lowWatermark}, highWatermark ${highWatermark} and maxOutputBuffer ` +
        `${maxOutputBuffer} must stand in this order, none above the next`,
    );
  }
  return {
    maxInputBuffer: wholeNumber('maxInputBuffer', options.maxInputBuffer ?? MiB, 1),
    maxOutputBuffer,
    highWatermark,
    lowWatermark,
    closeTimeout: wholeNumber('closeTimeout', options.closeTimeout ?? 10_000, 0),
  };
}

const IDLE_NAMES = ['read', 'write', 'all'] as const;

/**
 * Undefined when no time-out is set.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION`
 */
export function resolveIdle(option: ConnectionLimits['idleTimeout']): IdleTimeouts | undefined {
  if (option === undefined) return undefined;
  if (typeof option !== 'object')
    return resolveIdle({ all: wholeNumber('idleTimeout', option, 0) });
  if (option === null) throw invalid('idleTimeout is null: give milliseconds or leave it out');
  const unknown = Object.keys(option).find((name) => !IDLE_NAMES.some((known) => known === name));
  if (unknown !== undefined) {
    throw invalid(`idleTimeout has no '${unknown}': give read, write or all, in milliseconds`);
  }
  const [read, write, all] = IDLE_NAMES.map((name) => {
    const timeout = wholeNumber(`idleTimeout.${name}`, option[name] ?? 0, 0);
    return timeout === 0 ? Number.POSITIVE_INFINITY : timeout;
  }) as [number, number, number];
  return Math.min(read, write, all) === Number.POSITIVE_INFINITY ? undefined : { read, write, all };
}

/** @throws GevError `ERR_GEV_INVALID_OPTION` unless it is a whole number from `least` to 2^31 - 1 */
export function wholeNumber(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= LARGEST) return value;
  throw invalid(`${name} is ${printable(value)}: give a whole number from ${least} to ${LARGEST}`);
}

function invalid(message: string): GevError<ServerErrorCode> {
  return new GevError('ERR_GEV_INVALID_OPTION', message);
}
