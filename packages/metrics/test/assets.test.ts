import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createGevServer } from 'gev';
import { describe, expect, it } from 'vitest';
import { Assets } from '../src/assets.js';
import { metricsServer } from '../src/index.js';

const FOLDER = new URL('../dist/page/', import.meta.url);

async function serve() {
  const assets = new Assets(FOLDER);
  const server = createServer((asked, answer) => {
    if (!assets.answer(asked, answer)) answer.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    [Symbol.dispose]: () => void server.close().closeAllConnections(),
  };
}

/** The status of a path as it is: `fetch` would put it in order. */
async function statusOf(port: number, path: string): Promise<number | undefined> {
  const sent = request({ host: '127.0.0.1', port, path }).end();
  const [answer] = await once(sent, 'response');
  answer.resume();
  return answer.statusCode;
}

describe('the files of the page', () => {
  it.each([
    ['/', 'text/html; charset=utf-8'],
    ['/?from=elsewhere', 'text/html; charset=utf-8'],
    ['/assets/dashboard.js', 'text/javascript; charset=utf-8'],
    ['/assets/dashboard.css', 'text/css; charset=utf-8'],
    ['/assets/icon.svg', 'image/svg+xml'],
  ])('has %s as %s, from nowhere else', async (path, type) => {
    using server = await serve();
    const answer = await fetch(server.url + path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe(type);
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'self';/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await answer.text()).not.toMatch(/(src|href)="(https?:)?\/\/|@import|url\(/);
  });

  it.each([
    '/index.html',
    '/assets/',
    '/assets/index.html',
    '/assets/../../package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e/metrics-worker.js',
    '/assets//etc/passwd',
    '/assets/constructor',
    '/__proto__',
  ])('does not have %s', async (path) => {
    using server = await serve();
    expect(await statusOf(server.port, path)).toBe(404);
  });

  it('is sent once, and again when it has changed', async () => {
    using server = await serve();
    const first = await fetch(`${server.url}/assets/dashboard.js`);
    expect(first.headers.get('cache-control')).toBe('no-cache');
    const headers = { 'If-None-Match': first.headers.get('etag')! };
    const second = await fetch(`${server.url}/assets/dashboard.js`, { headers });
    expect([second.status, await second.text()]).toEqual([304, '']);
    const other = await fetch(`${server.url}/`, { headers });
    expect(other.status).toBe(200);
  });

  it('is zipped for whoever takes that', async () => {
    using server = await serve();
    const lengths: number[] = [];
    for (const coding of ['gzip, br', 'identity', 'gzip;q=0, identity']) {
      const answer = await fetch(server.url, {
        method: 'HEAD',
        headers: { 'Accept-Encoding': coding },
      });
      expect(answer.headers.get('content-encoding')).toBe(coding === 'gzip, br' ? 'gzip' : null);
      lengths.push(Number(answer.headers.get('content-length')));
    }
    expect(lengths[0]).toBeLessThan(lengths[1]!);
    expect(lengths[1]).toBe(lengths[2]);
  });

  it('keeps the licence of what is bundled', async () => {
    using server = await serve();
    for (const name of ['dashboard.js', 'dashboard.css']) {
      const text = await (await fetch(`${server.url}/assets/${name}`)).text();
      expect(text).toMatch(/uPlot.+Leon Sorokin.+Permission is hereby granted/s);
    }
  });

  it('is served beside the metrics', async () => {
    const metrics = metricsServer({ address: ':0' });
    await using server = createGevServer({
      address: 'tcp://127.0.0.1:0',
      handler: { onMessage: (_connection, data) => data },
      metrics,
    });
    await server.listen();
    const answer = await fetch(metrics.address.replace('tcp:', 'http:'));
    expect(await answer.text()).toContain('/assets/dashboard.js');
  });
});
