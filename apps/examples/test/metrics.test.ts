import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Example } from './example.js';

const sources = fileURLToPath(new URL('../src/', import.meta.url));

/** Every example that is a server. */
const servers = readdirSync(sources)
  .filter((name) => name.endsWith('.ts'))
  .filter((name) => readFileSync(join(sources, name), 'utf8').includes('createServer('))
  .map((name) => name.replace('.ts', ''));

const where = (name: string) =>
  name === 'unix-socket'
    ? ['--path', join(tmpdir(), `gev-metrics-${process.pid}.sock`)]
    : ['--port', '0'];

describe.each(servers)('the example %s', (name) => {
  it('shows its metrics and the dashboard with --metrics', async () => {
    const example = await Example.startBare(name, [...where(name), '--metrics', '0']);
    const [, url] = /^metrics: (http:\S+)$/m.exec(example.stderr)!;
    const text = await (await fetch(new URL('metrics', url))).text();
    expect(text).toMatch(/^gev_connections{loop="0"} 0$/m);
    const page = await fetch(url!);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(await example.stop('SIGTERM')).toBe(0);
  });
});

describe('--metrics', () => {
  it('is not for clients, which count nothing', async () => {
    const run = await Example.run('client', ['--metrics', '0']);
    expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining("'--metrics'") });
  });

  it.each([
    ['x', 2, "--metrics is 'x'"],
    ['70000', 2, "--metrics is '70000'"],
  ])('%s is refused with a reason', async (port, code, reason) => {
    const run = await Example.run('echo', ['--port', '0', '--metrics', port]);
    expect(run).toMatchObject({ code, stderr: expect.stringContaining(reason) });
  });

  it('of a port that is taken ends the example with a reason', async () => {
    const first = await Example.start('echo', ['--metrics', '0']);
    const [, port] = /^metrics: http:\/\/127.0.0.1:(\d+)\/$/m.exec(first.stderr)!;
    const run = await Example.run('echo', ['--port', '0', '--metrics', port!]);
    expect(run).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ERR_GEV_ADDRESS_IN_USE'),
    });
    expect(await first.stop('SIGTERM')).toBe(0);
  });
});
