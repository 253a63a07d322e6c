import type { ResourceLimits } from 'node:worker_threads';
import { GevError, printable } from '@gev/core';
import type { ServerErrorCode } from './error-codes.js';

const NAMES: readonly string[] = [
  'maxOldGenerationSizeMb',
  'maxYoungGenerationSizeMb',
  'codeRangeSizeMb',
  'stackSizeMb',
];

/**
 * Checked here, because a thread would only start without those that it does not know.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION`
 */
export function resolveResources(option: ResourceLimits | undefined): ResourceLimits {
  if (option === undefined) return {};
  if (typeof option !== 'object' || option === null) {
    throw invalid('', option, `an object with any of ${NAMES.join(', ')}, in MiB`);
  }
  for (const [name, value] of Object.entries(option) as [string, unknown][]) {
    if (!NAMES.includes(name)) throw invalid(`.${name}`, value, `one of ${NAMES.join(', ')}`);
    const isSize = typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY;
    if (value !== undefined && !isSize) throw invalid(`.${name}`, value, 'MiB, more than 0');
  }
  return { ...option };
}

function invalid(name: string, value: unknown, allowed: string): GevError<ServerErrorCode> {
  return new GevError(
    'ERR_GEV_INVALID_OPTION',
    `resourceLimits${name} is ${printable(value)}: give ${allowed}`,
  );
}
