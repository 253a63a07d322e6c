import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readSettings, UsageError } from '../src/settings.js';

describe('readSettings', () => {
  it('gives each scenario its defaults', () => {
    expect(readSettings(['framed'])).toMatchObject({
      scenario: 'framed',
      settings: { turns: 5, seconds: 3, connections: 100, depth: 128, json: false, pin: true },
    });
    expect(readSettings(['idle']).settings.connections).toBe(15_000);
  });

  it('takes options', () => {
    const args = ['echo', '--turns', '2', '--seconds=0.5', '--peers', 'a,b', '--json', '--no-pin'];
    const expected = { turns: 2, seconds: 0.5, peers: ['a', 'b'], json: true, pin: false };
    expect(readSettings(args).settings).toMatchObject(expected);
  });

  it.each([
    [[], /no scenario/],
    [['ehco'], /no scenario 'ehco'/],
    [['echo', '--turns', '0'], /--turns is '0': give a whole number from 1/],
    [['echo', '--turns', '1.5'], /--turns is '1.5'/],
    [['echo', '--size', ''], /--size is ''/],
    [['echo', '--depth', '3'], /Unknown option '--depth'/],
    [['echo', 'more'], /Unexpected argument 'more'/],
  ])('refuses %j', (args, message) => {
    expect(() => readSettings(args)).toThrow(UsageError);
    expect(() => readSettings(args)).toThrow(message);
  });

  it('ends the program with 2 and the usage', () => {
    const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
    const run = spawnSync(process.execPath, [main, 'nothing'], { encoding: 'utf8' });
    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(run.stderr).toMatch(/usage: pnpm bench SCENARIO/);
  });
});
