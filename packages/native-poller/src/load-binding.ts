import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { GevError, messageOf } from '@gev/core';
import type { NativePollerErrorCode } from './error-codes.js';
import type { NativeBinding } from './native-binding.js';

/**
 * Which backend: the system's own, or kqueue also on Linux, where it is built for tests when
 * libkqueue is installed.
 */
export type Backend = 'default' | 'kqueue';

const require = createRequire(import.meta.url);

/** The package's folder: of `dist/index.js`, `dist/index.cjs` and `src/load-binding.ts` alike. */
const root = dirname(require.resolve('../package.json'));

/**
 * Loads the addon.
 *
 * @throws GevError `ERR_GEV_NATIVE_LOAD`
 */
export function loadBinding(backend: Backend): NativeBinding {
  if (process.platform === 'win32') {
    throw loadError('there is neither epoll nor kqueue on Windows: use @gev/node-poller');
  }
  const isOwn = backend === 'default' || process.platform !== 'linux';
  return isOwn ? loadDefault() : loadKqueueOnLinux();
}

function loadDefault(): NativeBinding {
  try {
    const load = require('node-gyp-build') as (folder: string) => NativeBinding;
    return load(root);
  } catch (cause) {
    throw loadError(
      `${reasonOf(cause)}. Install a C compiler and run 'npm rebuild @gev/native-poller', or use @gev/node-poller`,
      cause,
    );
  }
}

/** In one line: node-gyp-build lists what it looked for in several. */
function reasonOf(cause: unknown): string {
  const message = messageOf(cause);
  if (!message.startsWith('No native build was found')) return message;
  return `no binary is there for ${process.platform}-${process.arch}`;
}

function loadKqueueOnLinux(): NativeBinding {
  const file = join(root, 'build/kqueue/gev_poller_kqueue.node');
  if (!existsSync(file)) {
    throw loadError(
      `${file} was not built: install libkqueue, tell its folder in GEV_LIBKQUEUE, and build again`,
    );
  }
  try {
    return require(file) as NativeBinding;
  } catch (cause) {
    throw loadError(messageOf(cause), cause);
  }
}

function loadError(why: string, cause?: unknown): GevError<NativePollerErrorCode> {
  const message = `the native poller cannot be loaded: ${why}`;
  return new GevError('ERR_GEV_NATIVE_LOAD', message, cause === undefined ? undefined : { cause });
}
