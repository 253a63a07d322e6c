import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const script = join(root, 'scripts/create-plugin.mjs');
const template = join(root, 'templates/plugin');
const folder = mkdtempSync(join(tmpdir(), 'gev-plugin-'));
const copy = join(folder, 'gev-plugin-two-words');

const create = (...args: string[]) =>
  spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
const tool = (name: string, ...args: string[]) =>
  spawnSync(join(root, 'node_modules/.bin', name), args, {
    cwd: copy,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
  });

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

function manifestOf(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest;
}

/** Puts a package where npm would: one of gev's as it is published, another as it is installed here. */
function install(name: string): void {
  const target = join(copy, 'node_modules', name);
  mkdirSync(join(target, '..'), { recursive: true });
  if (!name.startsWith('@gev/')) {
    symlinkSync(join(template, 'node_modules', name), target);
    return;
  }
  const source = join(root, 'packages', name.slice('@gev/'.length));
  const pack = ['pack', source, '--json', '--ignore-scripts', '--pack-destination', folder];
  const packed = spawnSync('npm', pack, { encoding: 'utf8', cwd: folder });
  const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
  mkdirSync(target);
  spawnSync('tar', ['xzf', join(folder, filename), '-C', target, '--strip-components', '1']);
}

describe('create-plugin', () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('makes a package in which nothing is left of the template', () => {
    const { status, stderr } = create('two-words', folder);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const files = filesOf(copy);
    expect(files).toContain(join(copy, 'src/two-words.ts'));
    expect(files).toContain(join(copy, 'test/two-words.test.ts'));
    const texts = files.map((file) => `${file}\n${readFileSync(file, 'utf8')}`);
    expect(texts.filter((text) => /template/i.test(text))).toEqual([]);
    expect(manifestOf(copy)).toMatchObject({ name: 'gev-plugin-two-words', version: '0.0.0' });
    expect(manifestOf(copy)).not.toHaveProperty('private');
  });

  it('that needs nothing of the repository', () => {
    const { dependencies, devDependencies } = manifestOf(copy);
    const { version } = manifestOf(join(root, 'packages/core'));
    expect(dependencies).toEqual({ '@gev/core': `^${version}` });
    expect(Object.values(devDependencies).join(' ')).not.toContain('workspace');
    const outside = filesOf(copy).filter((file) => readFileSync(file, 'utf8').includes('../../'));
    expect(outside).toEqual([]);
    // The tools are those that the workspace pins.
    const { devDependencies: pinned } = manifestOf(root);
    for (const [name, version] of Object.entries(devDependencies)) {
      if (!name.startsWith('@gev/')) expect([name, version]).toEqual([name, pinned[name]]);
    }
  });

  it('whose types, tests and build are right at once', { timeout: 120_000 }, () => {
    const { dependencies, devDependencies } = manifestOf(copy);
    for (const name of Object.keys({ ...dependencies, ...devDependencies })) install(name);
    expect(tool('tsc', '-p', 'tsconfig.json')).toMatchObject({ status: 0, stdout: '' });
    const tests = tool('vitest', 'run', '--root', copy);
    expect(tests.stdout + tests.stderr).toMatch(/Tests +\d+ passed/);
    expect(tests.status).toBe(0);
    expect(tool('tsup').status).toBe(0);
    for (const file of ['index.js', 'index.cjs', 'index.d.ts']) {
      expect(existsSync(join(copy, 'dist', file))).toBe(true);
    }
  });

  it.each([
    [[], /usage/],
    [['Two'], /'Two' cannot be a plugin's name/],
    [['../x'], /cannot be/],
    [['index'], /has a meaning/],
    [['class'], /has a meaning/],
    [['connection', folder], /has a meaning/],
    [['create-test-connection', folder], /has a meaning/],
    [['two-words', folder], /there already/],
    [['two-words', folder, 'more'], /usage/],
  ])('refuses %j', (args, message) => {
    const { status, stderr } = create(...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('docs/writing-a-plugin.md', () => {
  const text = readFileSync(join(root, 'docs/writing-a-plugin.md'), 'utf8');
  const blocks = [...text.matchAll(/```ts\n\/\/ (.*)\n([\s\S]*?)```/g)];

  it('shows two files of the template', () => {
    expect(blocks.map(([, path]) => path)).toEqual(['src/template.ts', 'test/template.test.ts']);
  });

  it.each(blocks.map(([, path, code]) => [path!, code!]))('shows %s as it is', (path, code) => {
    expect(code).toBe(readFileSync(join(template, path), 'utf8'));
  });
});
