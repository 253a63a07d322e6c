import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { createServer } from 'gev';
import { describe, expect, it } from 'vitest';
import { metricsServer } from '../src/index.js';
import { until } from './client.js';

async function start() {
  const metrics = metricsServer({ address: ':0' });
  const handler = { onMessage: () => {} };
  const server = createServer({ address: 'tcp://127.0.0.1:0', handler, metrics });
  await server.listen();
  return { server, url: metrics.address.replace('tcp:', 'http:') };
}

const get = (url: string, coding: string) => fetch(url, { headers: { 'accept-encoding': coding } });

describe('the endpoint', () => {
  it.each(['/metrics', '/feed'])('sends %s zipped to those who take that', async (path) => {
    const { server, url } = await start();
    await using _server = server;
    // The feed is long enough with its second sample.
    await until(
      async () => (await (await fetch(`${url}/feed`)).text()).length,
      (length) => length > 1_024,
    );
    const plain = await get(url + path, 'identity');
    const zipped = await get(url + path, 'gzip');
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(zipped.headers.get('content-encoding')).toBe('gzip');
    expect(zipped.headers.get('vary')).toBe('Accept-Encoding');
    const lengths = [plain, zipped].map(({ headers }) => Number(headers.get('content-length')));
    expect(lengths[1]).toBeLessThan(lengths[0]! / 2);
    // What fetch has unpacked.
    const name = path === '/feed' ? 'messagesIn' : 'gev_messages_received_total';
    expect(await zipped.text()).toContain(name);
    expect(await plain.text()).toContain(name);
  });

  it.each(['/metrics', '/?x=/nowhere', '', '/assets/dashboard.css'])(
    'is asked by a whole URL as well, with the path %j',
    async (path) => {
      const { server, url } = await start();
      await using _server = server;
      const options = { host: '127.0.0.1', port: new URL(url).port, path: `${url}${path}` };
      const [response] = (await once(request(options).end(), 'response')) as [IncomingMessage];
      response.resume();
      expect(response.statusCode).toBe(200);
    },
  );

  it('takes 128 connections at once, and the next when one has left', async () => {
    const { server, url } = await start();
    await using _server = server;
    const open = () => connect(Number(new URL(url).port), '127.0.0.1');
    const idle = Array.from({ length: 128 }, open);
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    const refused = open();
    await once(refused, 'close');
    expect(refused.bytesRead).toBe(0);
    idle.pop()!.destroy();
    const status = await until(
      async () => (await fetch(`${url}/metrics`).catch(() => undefined))?.status,
      (code) => code !== undefined,
    );
    expect(status).toBe(200);
    for (const socket of idle) socket.destroy();
  });
});
