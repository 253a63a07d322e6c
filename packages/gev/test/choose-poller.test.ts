import { spawnSync } from 'node:child_process';
import { nativeAvailability } from '@gev/native-poller';
import { describe, expect, it } from 'vitest';
import { choosePoller, isFallback } from '../src/choose-poller.js';

const native = nativeAvailability('default');
const kqueue = nativeAvailability('kqueue');

describe('the choice of the poller', () => {
  it('without a wish is the native one, or node with the reason', () => {
    const choice = choosePoller('');
    if (native.available) {
      expect(choice).toMatchObject({
        name: native.name,
        reason: expect.stringContaining('native'),
      });
      expect(isFallback(choice)).toBe(false);
    } else {
      expect(choice).toMatchObject({ name: 'node', reason: native.reason });
      expect(isFallback(choice)).toBe(true);
    }
  });

  it('GEV_POLLER=node is no fallback', () => {
    const choice = choosePoller('node');
    expect(choice).toMatchObject({ name: 'node', reason: 'GEV_POLLER=node asks for it' });
    expect(isFallback(choice)).toBe(false);
  });

  it.each([
    ['native', native],
    ['kqueue', kqueue],
  ] as const)('GEV_POLLER=%s gives it or says why not', (name, availability) => {
    if (availability.available) {
      expect(choosePoller(name).name).toBe(availability.name);
    } else {
      expect(() => choosePoller(name)).toThrow(
        expect.objectContaining({
          code: 'ERR_GEV_POLLER_UNAVAILABLE',
          message: expect.stringContaining(availability.reason),
        }),
      );
    }
  });

  it('any other value of GEV_POLLER is refused with the allowed ones', () => {
    expect(() => choosePoller('epol')).toThrow(
      expect.objectContaining({
        code: 'ERR_GEV_INVALID_OPTION',
        message: expect.stringMatching(/'epol'.*native, node, kqueue/),
      }),
    );
  });
});

describe('the package as it is installed', () => {
  const root = new URL('..', import.meta.url);
  const program = `
    const server = createServer({ address: 'tcp://127.0.0.1:0', handler: { onMessage: () => {} } });
    server.listen().then(() => {
      console.log(server.poller.name, typeof GevError);
      return server.close();
    });`;

  it.each([
    ['module', `import { createServer, GevError } from 'gev';${program}`],
    ['commonjs', `const { createServer, GevError } = require('gev');${program}`],
  ])('works as %s and ends by itself', (type, source) => {
    const run = spawnSync(process.execPath, [`--input-type=${type}`, '-e', source], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, GEV_POLLER: '' },
      timeout: 10_000,
    });
    expect(run.stdout.trim()).toBe(`${native.available ? native.name : 'node'} function`);
    expect(run.status).toBe(0);
    if (native.available) expect(run.stderr).toBe('');
  });

  it('says in one line when it falls back, and why', () => {
    const source = `
      require('module')._load = ((load) => function (name, ...rest) {
        if (name !== '@gev/native-poller') return load.call(this, name, ...rest);
        throw Object.assign(new Error("Cannot find module '@gev/native-poller'"),
          { code: 'MODULE_NOT_FOUND' });
      })(require('module')._load);
      const { createServer } = require('gev');${program.replace(', typeof GevError', '')}`;
    const run = spawnSync(process.execPath, ['--input-type=commonjs', '-e', source], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, GEV_POLLER: '' },
    });
    expect(run.stdout.trim()).toBe('node');
    expect(run.stderr.trim()).toBe(
      'gev warning: running on node:net, not native: ' +
        'the package @gev/native-poller is not installed poller=node',
    );
  });
});
