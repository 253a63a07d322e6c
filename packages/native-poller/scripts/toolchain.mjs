// What building the addon needs: a compiler, node-gyp, and the running Node's headers.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/** The package's folder. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** The line for a machine that cannot build. `tool` is what {@link missingTool} gave. */
export const cannotBuild = (tool) =>
  `gev: no ${tool} found, the native poller is not built; the node-poller will be used`;

/** The first tool that building needs and the machine lacks, or undefined. */
export function missingTool() {
  const { CC, MAKE, PYTHON } = process.env;
  const tools = {
    'C compiler': CC ? [CC] : ['cc', 'gcc', 'clang'],
    make: [MAKE ?? (process.platform.endsWith('bsd') ? 'gmake' : 'make')],
    'Python 3': PYTHON ? [PYTHON] : ['python3', 'python'],
  };
  return Object.keys(tools).find((tool) => !tools[tool].some(answers));
}

function answers(name) {
  const [command, ...first] = name.split(' ');
  return spawnSync(command, [...first, '--version'], { stdio: 'ignore' }).status === 0;
}

/** node-gyp of this package, else the one that npm brings along. */
function findNodeGyp() {
  try {
    return require.resolve('node-gyp/bin/node-gyp.js');
  } catch {
    const bundled = 'node_modules/npm/node_modules/node-gyp/bin/node-gyp.js';
    const prefix = resolve(dirname(process.execPath), '..');
    const found = [process.env.npm_config_node_gyp, join(prefix, 'lib', bundled)];
    return found.find((file) => file && existsSync(file));
  }
}

/** Headers that came with the running Node: nothing needs to be downloaded then. */
function nodeDirectory() {
  if (process.env.npm_config_nodedir) return process.env.npm_config_nodedir;
  const prefix = resolve(dirname(process.execPath), '..');
  return existsSync(join(prefix, 'include/node/node_api.h')) ? prefix : undefined;
}

/** Runs node-gyp in `folder` with its output shown only on failure. Returns its exit code. */
export function nodeGyp(folder, commands, env = process.env) {
  const gyp = findNodeGyp();
  if (gyp === undefined) {
    console.error('gev: node-gyp is missing: install it, or build with npm');
    return 1;
  }
  const nodedir = nodeDirectory();
  const options = nodedir === undefined ? [] : [`--nodedir=${nodedir}`];
  const run = spawnSync(process.execPath, [gyp, ...commands, ...options], {
    cwd: folder,
    encoding: 'utf8',
    env,
    maxBuffer: 2 ** 28,
  });
  if (run.status !== 0) {
    process.stderr.write(`${run.stdout ?? ''}${run.stderr ?? ''}`);
    if (run.error) console.error(`gev: ${run.error.message}`);
  }
  return run.status ?? 1;
}
