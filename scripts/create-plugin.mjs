// `pnpm create-plugin NAME`: copies templates/plugin to packages/plugin-NAME under that name, and links
// its dependencies. Its tests are green at once. `pnpm create-plugin NAME FOLDER` makes
// FOLDER/gev-plugin-NAME, which needs nothing of this repository: `npm install` and `npm test`.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pnpm, root } from './pnpm.mjs';

const TEMPLATE = join(root, 'templates/plugin');
/** What is made by tools and belongs to no copy. */
const MADE = new Set(['node_modules', 'dist', 'test-results', '.turbo']);
/** Words of lower-case letters and digits, joined by hyphens: a name in npm and a folder at once. */
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** Words that no function may have for its name. */
const RESERVED =
  'arguments await break case catch class const continue debugger default delete do else enum eval ' +
  'export extends false finally for function if implements import in instanceof interface let new null ' +
  'package private protected public return static super switch this throw true try typeof undefined ' +
  'var void while with yield';
/** Names of the template's other files, and of what its code uses beside the plugin. */
const USED =
  'index limits template protocol buffer connection out describe it expect test assert-bytes ' +
  'create-test-connection define-protocol protocol-error protocol-suite ring-buffer';
const TAKEN = new Set(`${RESERVED} ${USED}`.split(' '));

const [name, folder, ...others] = process.argv.slice(2);
if (name === undefined || others.length > 0) fail('usage: pnpm create-plugin NAME [FOLDER]');
if (!NAME.test(name)) {
  fail(
    `'${name}' cannot be a plugin's name: give lower-case words joined by hyphens, as in mqtt-sn`,
  );
}
if (TAKEN.has(name)) fail(`'${name}' has a meaning in the plugin's own code: choose another name`);
/** Whether it becomes a part of this workspace. */
const isInside = folder === undefined;
const target = isInside
  ? join(root, 'packages', `plugin-${name}`)
  : resolve(folder, `gev-plugin-${name}`);
if (existsSync(target)) fail(`${target} is there already: choose another name or remove it`);

for (const path of filesOf(TEMPLATE)) {
  const copy = join(target, renamed(path));
  mkdirSync(dirname(copy), { recursive: true });
  const text = renamed(readFileSync(join(TEMPLATE, path), 'utf8'));
  writeFileSync(copy, isInside ? text : standingAlone(text));
}
console.log(`made ${target}`);
if (isInside) {
  const plugin = `@gev/plugin-${name}`;
  const steps = [
    ['install', '--no-frozen-lockfile', '--prefer-offline'],
    // Its tests run against what is built.
    ['exec', 'turbo', 'run', 'build', `--filter=${plugin}...`, '--output-logs=errors-only'],
    // Lines with its name in them are longer or shorter than the template's.
    ['exec', 'biome', 'check', '--write', target],
  ];
  for (const step of steps) {
    const code = pnpm(step);
    if (code !== 0) process.exit(code);
  }
  console.log(`its tests: npx pnpm --filter @gev/plugin-${name} test`);
}

/** Paths of the files below a folder, from there. */
function filesOf(folder, below = '') {
  return readdirSync(join(folder, below)).flatMap((entry) => {
    const path = join(below, entry);
    if (MADE.has(entry)) return [];
    return statSync(join(folder, path)).isDirectory() ? filesOf(folder, path) : [path];
  });
}

/** The template's name in a path or a text becomes the plugin's: as a package, a file, a function. */
function renamed(text) {
  const camel = name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
  return text
    .replaceAll('plugin-template', `plugin-${name}`)
    .replaceAll('/template.', `/${name}.`)
    .replaceAll(/\btemplate\b/g, camel)
    .replace('  "private": true,\n', '');
}

/** A package of its author's, which takes gev's packages from the registry. */
function standingAlone(text) {
  return text
    .replaceAll(`@gev/plugin-${name}`, `gev-plugin-${name}`)
    .replace(/"(@gev\/(.*))": "workspace:\^"/g, (_, dependency, directory) => {
      const manifest = readFileSync(join(root, 'packages', directory, 'package.json'), 'utf8');
      return `"${dependency}": "^${JSON.parse(manifest).version}"`;
    });
}

function fail(message) {
  console.error(`create-plugin: ${message}`);
  process.exit(2);
}
