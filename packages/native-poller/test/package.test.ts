import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const node = (code: string, type: 'commonjs' | 'module') =>
  execFileSync(process.execPath, [`--input-type=${type}`, '-e', code], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  }).trim();

const USE = `
  const answer = nativeAvailability();
  const poller = createNativePoller();
  poller.stop();
  console.log(answer.available && answer.name === poller.name);
`;

describe('the built package', () => {
  it('loads as an ES module', () => {
    const code = `import { createNativePoller, nativeAvailability } from '@gev/native-poller'; ${USE}`;
    expect(node(code, 'module')).toBe('true');
  });

  it('loads as CommonJS', () => {
    const code = `const { createNativePoller, nativeAvailability } = require('@gev/native-poller'); ${USE}`;
    expect(node(code, 'commonjs')).toBe('true');
  });

  it('says why, and with which code, when there is no binary', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gev-'));
    for (const name of ['dist', 'package.json']) {
      cpSync(join(root, name), join(folder, name), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const code = `
      import { createNativePoller, nativeAvailability } from '${join(folder, 'dist/index.js')}';
      console.log(JSON.stringify(nativeAvailability()));
      try { createNativePoller(); } catch (error) { console.log(error.code); }
    `;
    const [answer, thrown] = node(code, 'module').split('\n');
    rmSync(folder, { recursive: true });
    expect(JSON.parse(answer!)).toMatchObject({ available: false });
    expect(JSON.parse(answer!).reason).toContain('@gev/node-poller');
    expect(thrown).toBe('ERR_GEV_NATIVE_LOAD');
  });
});

describe('building without a compiler', () => {
  it('says so in one line and succeeds', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gev-'));
    for (const name of ['scripts', 'native', 'binding.gyp', 'package.json']) {
      cpSync(join(root, name), join(folder, name), { recursive: true });
    }
    const output = execFileSync(process.execPath, [join(folder, 'scripts/build-native.mjs')], {
      encoding: 'utf8',
      env: { ...process.env, CC: join(folder, 'no-such-compiler') },
    });
    const built = existsSync(join(folder, 'build'));
    rmSync(folder, { recursive: true });
    expect(output).toBe(
      'gev: no C compiler found, the native poller is not built; the node-poller will be used\n',
    );
    expect(built).toBe(false);
  });
});
