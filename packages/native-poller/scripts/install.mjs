// npm's install step: takes the prebuilt binary where there is one, else builds. It never fails
// the installation: without a binary the node-poller is used, and nativeAvailability() says why.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { cannotBuild, missingTool, nodeGyp, root } from './toolchain.mjs';

function hasBinary() {
  try {
    createRequire(import.meta.url)('node-gyp-build').resolve(root);
    return true;
  } catch {
    return false;
  }
}

function install() {
  // In the workspace `build` does it.
  if (existsSync(join(root, '../../pnpm-workspace.yaml'))) return;
  if (process.platform === 'win32' || hasBinary()) return;
  const missing = missingTool();
  if (missing !== undefined) {
    console.log(cannotBuild(missing));
  } else if (nodeGyp(root, ['rebuild']) !== 0) {
    console.log('gev: the native poller could not be built; the node-poller will be used');
  }
}

install();
