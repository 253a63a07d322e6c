import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { type BatchOptions, GevError } from '@gev/core';
import { createNodePoller } from '@gev/node-poller';
import type { PollerChoice, PollerSource } from '@gev/server';
import type { ErrorCode } from './error-codes.js';
import { trace } from './trace.js';

/** What the environment variable GEV_POLLER may be. */
export const POLLER_NAMES = ['native', 'node', 'kqueue'] as const;
export type PollerName = (typeof POLLER_NAMES)[number];

type NativeModule = typeof import('@gev/native-poller');

const load = createRequire(import.meta.url);

/**
 * Chooses the poller: what `forced` names, else the native one, else node-poller with the reason
 * why the native one is not there.
 *
 * @param forced the value of GEV_POLLER
 * @throws GevError `ERR_GEV_INVALID_OPTION`, and `ERR_GEV_POLLER_UNAVAILABLE` when the forced
 * poller cannot be had
 */
export function choosePoller(forced = process.env['GEV_POLLER']): PollerChoice {
  const choice = choose(forced);
  trace('%s is chosen: %s', choice.name, choice.reason);
  return choice;
}

function choose(forced: string | undefined): PollerChoice {
  if (forced === undefined || forced === '') return chooseBest();
  switch (forced) {
    case 'node':
      return nodePoller('GEV_POLLER=node asks for it');
    case 'native':
      return forceNative('default', forced);
    case 'kqueue':
      return forceNative('kqueue', forced);
    default:
      throw new GevError<ErrorCode>(
        'ERR_GEV_INVALID_OPTION',
        `GEV_POLLER is '${forced}': give one of ${POLLER_NAMES.join(', ')}, or leave it out`,
      );
  }
}

/** True when the choice is second best and a person should be told. */
export function isFallback(choice: PollerChoice): boolean {
  return choice.name === 'node' && !choice.reason.startsWith('GEV_POLLER');
}

function chooseBest(): PollerChoice {
  const found = findNative('default');
  return typeof found === 'string' ? nodePoller(found) : found;
}

function forceNative(backend: 'default' | 'kqueue', forced: PollerName): PollerChoice {
  const found = findNative(backend);
  if (typeof found !== 'string') return { ...found, reason: `GEV_POLLER=${forced} asks for it` };
  throw new GevError<ErrorCode>(
    'ERR_GEV_POLLER_UNAVAILABLE',
    `GEV_POLLER=${forced} cannot be had: ${found}. Leave GEV_POLLER out to run on what there is`,
  );
}

/** The native poller's choice, or why there is none. */
function findNative(backend: 'default' | 'kqueue'): PollerChoice | string {
  const native = loadNative();
  if (typeof native === 'string') return native;
  const availability = native.nativeAvailability(backend);
  if (!availability.available) return availability.reason;
  return {
    name: availability.name,
    reason: 'the native binary is there',
    create: (options: BatchOptions) => native.createNativePoller({ ...options, backend }),
    source: sourceOf('@gev/native-poller', 'createNativePoller', { backend }),
  };
}

/** The package is an optional dependency: npm leaves it out where it cannot be installed. */
function loadNative(): NativeModule | string {
  try {
    return load('@gev/native-poller') as NativeModule;
  } catch (error) {
    if (isMissing(error)) return 'the package @gev/native-poller is not installed';
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return error.code === 'MODULE_NOT_FOUND' && error.message.includes("'@gev/native-poller'");
}

function nodePoller(reason: string): PollerChoice {
  const source = sourceOf('@gev/node-poller', 'createNodePoller', {});
  return { name: 'node', reason, create: createNodePoller, source };
}

/** How the threads of the loops make the same poller. */
function sourceOf(name: string, factory: string, options: PollerSource['options']): PollerSource {
  return { module: pathToFileURL(load.resolve(name)).href, factory, options };
}
