import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const script = join(root, 'scripts/create-plugin.mjs');
const template = join(root, 'templates/plugin');
/** As deep as packages/, so that the copy finds what it extends; not in git. */
const parent = join(root, 'build');
const copy = join(parent, 'plugin-two-words');

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

describe('create-plugin', () => {
  rmSync(copy, { recursive: true, force: true });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it('makes a package in which nothing is left of the template', () => {
    const { status, stderr } = create('two-words', parent);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const files = filesOf(copy);
    expect(files).toContain(join(copy, 'src/two-words.ts'));
    expect(files).toContain(join(copy, 'test/two-words.test.ts'));
    const texts = files.map((file) => `${file}\n${readFileSync(file, 'utf8')}`);
    expect(texts.filter((text) => /template/i.test(text))).toEqual([]);
    const manifest = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({ name: '@gev/plugin-two-words', version: '0.0.0' });
    expect(manifest.private).toBeUndefined();
  });

  it('whose types, tests and build are right at once', { timeout: 60_000 }, () => {
    symlinkSync(join(template, 'node_modules'), join(copy, 'node_modules'));
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
    [['two-words', parent], /there already/],
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
