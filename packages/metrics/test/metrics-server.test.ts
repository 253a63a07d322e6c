import { spawnSync } from 'node:child_process';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Logger } from '@gev/core';
import { createServer } from 'gev';
import { describe, expect, it } from 'vitest';
import { metricsServer } from '../src/index.js';
import { tell } from '../src/thread-words.js';
import { EchoClient } from './client.js';

const echo = { onMessage: (_connection: unknown, data: Uint8Array) => data };
const address = 'tcp://127.0.0.1:0';

describe('metricsServer', () => {
  it.each([
    [{ address: 'http://127.0.0.1:1' }, 'ERR_GEV_INVALID_ADDRESS'],
    [{ address: '' }, 'ERR_GEV_INVALID_ADDRESS'],
    [{ path: 'metrics' }, 'ERR_GEV_INVALID_OPTION'],
    [{ path: '/feed' }, 'ERR_GEV_INVALID_OPTION'],
    [{ path: Object.create(null) as string }, 'ERR_GEV_INVALID_OPTION'],
    [{ port: 1 } as object, 'ERR_GEV_INVALID_OPTION'],
    [null as unknown as object, 'ERR_GEV_INVALID_OPTION'],
  ])('refuses %j', (options, code) => {
    expect(() => metricsServer(options)).toThrow(expect.objectContaining({ code }));
  });

  it('fails the start where its port is taken, and leaves nothing behind', async () => {
    const other = createHttpServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const server = createServer({
      address,
      handler: echo,
      metrics: metricsServer({ address: `:${port}` }),
    });
    await expect(server.listen()).rejects.toMatchObject({
      code: 'ERR_GEV_ADDRESS_IN_USE',
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
    other.close();
    await server.close();
  });

  it('can be started again where its port was taken', async () => {
    const other = createHttpServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const metrics = metricsServer({ address: `:${port}` });
    await expect(createServer({ address, handler: echo, metrics }).listen()).rejects.toThrow();
    await new Promise((resolve) => other.close(resolve));
    await using server = createServer({ address, handler: echo, metrics });
    await server.listen();
    expect((await fetch(metrics.address.replace('tcp:', 'http:'))).status).toBe(200);
  });

  it('fails the start where its thread ends as it begins', () => {
    const [preload, program] = ['no-threads.cjs', 'starting.mjs'].map((name) =>
      fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url)),
    );
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--require', preload!, program!],
      { encoding: 'utf8' },
    );
    expect(stdout).toMatch(/^ERR_GEV_IO the thread of the metrics .* no threads today$/m);
    expect([status, stderr]).toEqual([0, '']);
  });

  it('is closed where the server cannot listen', async () => {
    await using first = createServer({ address, handler: echo });
    await first.listen();
    const metrics = metricsServer({ address: ':0' });
    const second = createServer({ address: first.address, handler: echo, metrics });
    await expect(second.listen()).rejects.toMatchObject({ code: 'ERR_GEV_ADDRESS_IN_USE' });
    expect(metrics.address).toBe('');
  });

  it('belongs to one server', async () => {
    const metrics = metricsServer({ address: ':0' });
    await using first = createServer({ address, handler: echo, metrics });
    await first.listen();
    const second = createServer({ address, handler: echo, metrics });
    await expect(second.listen()).rejects.toMatchObject({ code: 'ERR_GEV_INVALID_OPTION' });
    const client = await EchoClient.connect(first.address);
    await client.echo('still here');
    await client.end();
    expect((await fetch(metrics.address.replace('tcp:', 'http:'))).status).toBe(200);
  });
});

describe('what the thread of the metrics says', () => {
  it('is told as it is: a metric that clashes, or somebody who could not be let in', () => {
    const warnings: unknown[] = [];
    const warn = (fields: object, message: string) => void warnings.push([fields, message]);
    const logger: Logger = { debug() {}, info() {}, warn, error() {} };
    tell(logger, 'tcp://127.0.0.1:9091', { kind: 'clash', name: 'a', loop: '1' });
    tell(logger, 'tcp://127.0.0.1:9091', { kind: 'failed', errno: 'ENFILE', syscall: 'accept' });
    expect(warnings).toEqual([
      [{ metric: 'a', loop: '1' }, expect.stringContaining('a metric is not shown')],
      [
        { address: 'tcp://127.0.0.1:9091', errno: 'ENFILE', syscall: 'accept' },
        'the metrics could not be shown to somebody',
      ],
    ]);
  });
});
