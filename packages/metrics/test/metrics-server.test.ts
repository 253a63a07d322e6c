import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'gev';
import { describe, expect, it } from 'vitest';
import { metricsServer } from '../src/index.js';
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
