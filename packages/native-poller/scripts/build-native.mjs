// Builds the addon for this machine. Without a C compiler it says so and succeeds: the package
// then tells nativeAvailability() that there is none. Any other failure fails the build.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cannotBuild, missingTool, nodeGyp, root } from './toolchain.mjs';

const stamp = join(root, 'build/.gev-stamp');

/** Everything that the result depends on. */
function fingerprint() {
  const hash = createHash('sha256');
  const sources = readdirSync(join(root, 'native')).map((name) => join('native', name));
  const scripts = ['scripts/build-native.mjs', 'scripts/find-libkqueue.mjs'];
  for (const file of [...sources.sort(), 'binding.gyp', ...scripts]) {
    hash.update(file).update(readFileSync(join(root, file)));
  }
  const { CC, CFLAGS, LDFLAGS, GEV_LIBKQUEUE } = process.env;
  hash.update(JSON.stringify([process.version, process.arch, CC, CFLAGS, LDFLAGS, GEV_LIBKQUEUE]));
  return hash.digest('hex');
}

function isFresh(wanted) {
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) return false;
  return existsSync(join(root, 'build/Release/gev_poller.node'));
}

function build() {
  const wanted = fingerprint();
  if (isFresh(wanted)) return 0;
  if (process.platform === 'win32') {
    console.log('gev: Windows has neither epoll nor kqueue; the node-poller will be used');
    return 0;
  }
  const missing = missingTool();
  if (missing !== undefined) {
    console.log(cannotBuild(missing));
    return 0;
  }
  const status = nodeGyp(root, ['configure', 'build']);
  if (status === 0) {
    // make links it there too, and node-gyp-build takes the first addon that it finds there, in an
    // order that is not the same under every runtime.
    rmSync(join(root, 'build/Release/gev_poller_kqueue.node'), { force: true });
    mkdirSync(join(root, 'build'), { recursive: true });
    writeFileSync(stamp, wanted);
  }
  return status;
}

process.exitCode = build();
