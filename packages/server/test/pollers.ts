import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { BatchOptions } from '@gev/core';
import { createNativePoller, nativeAvailability } from '@gev/native-poller';
import { createNodePoller } from '@gev/node-poller';
import type { PollerChoice, PollerSource } from '../src/index.js';

/** Every poller that the machine has; what is missing is said once, on stderr. */
export const pollers: PollerChoice[] = [
  ...native('default'),
  ...native('kqueue'),
  {
    name: 'node',
    reason: 'a test',
    create: createNodePoller,
    source: sourceOf('@gev/node-poller', 'createNodePoller'),
  },
];

function native(backend: 'default' | 'kqueue'): PollerChoice[] {
  const availability = nativeAvailability(backend);
  if (!availability.available) {
    console.error(`skipped: the native poller (${backend}): ${availability.reason}`);
    return [];
  }
  const create = (options: BatchOptions) => createNativePoller({ ...options, backend });
  const source = sourceOf('@gev/native-poller', 'createNativePoller', { backend });
  return [{ name: availability.name, reason: 'a test', create, source }];
}

function sourceOf(name: string, factory: string, options: object = {}): PollerSource {
  const module = pathToFileURL(createRequire(import.meta.url).resolve(name)).href;
  return { module, factory, options: { ...options } };
}
