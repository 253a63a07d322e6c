import { createServer } from 'gev';
import { describe, expect, it } from 'vitest';
import { type Feed, metricsServer, type Sample } from '../src/index.js';
import { EchoClient, until } from './client.js';

const httpOf = (address: string) => address.replace('tcp:', 'http:');

async function start() {
  const metrics = metricsServer({ address: ':0' });
  const server = createServer({
    address: 'tcp://127.0.0.1:0',
    handler: { onMessage: (_connection, data) => data },
    metrics,
  });
  await server.listen();
  return { server, url: httpOf(metrics.address) };
}

async function nextEvent(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Sample> {
  const { value } = await reader.read();
  const text = new TextDecoder().decode(value);
  expect(text).toMatch(/^data: {.*}\n\n$/);
  return JSON.parse(text.slice('data: '.length)) as Sample;
}

describe('the feed', () => {
  it('has a sample from the start, and another every second', async () => {
    const { server, url } = await start();
    await using _server = server;
    const feed = (await (await fetch(`${url}/feed`)).json()) as Feed;
    expect(feed.interval).toBe(1_000);
    expect(feed.samples).toHaveLength(1);
    expect(feed.samples[0]!.loops).toHaveLength(1);
    const client = await EchoClient.connect(server.address);
    await client.echo('hello');
    const later = await until(
      async () => (await (await fetch(`${url}/feed`)).json()) as Feed,
      ({ samples }) => samples.at(-1)!.loops[0]!.messagesIn === 1,
    );
    const [first, last] = [later.samples[0]!, later.samples.at(-1)!];
    expect(last.time - first.time).toBeGreaterThanOrEqual(900 * (later.samples.length - 1));
    expect(last.loops[0]).toMatchObject({
      connections: 1,
      opened: 1,
      closed: 0,
      messagesIn: 1,
      messagesOut: 1,
      bytesIn: 5,
      bytesOut: 5,
    });
    await client.end();
  });

  it('tells of close reasons', async () => {
    const { server, url } = await start();
    await using _server = server;
    const client = await EchoClient.connect(server.address);
    await client.end();
    await until(
      async () => (await (await fetch(`${url}/feed`)).json()) as Feed,
      ({ samples }) => samples.at(-1)!.closedBy['peer-closed'] === 1,
    );
  });

  it('streams samples as server-sent events, and ends with the server', async () => {
    const { server, url } = await start();
    const response = await fetch(`${url}/feed/live`);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const reader = response.body!.getReader();
    const [one, two] = [await nextEvent(reader), await nextEvent(reader)];
    expect(two.time - one.time).toBeGreaterThan(800);
    expect(two.loops).toHaveLength(1);
    await server.close();
    expect((await reader.read()).done).toBe(true);
    await expect(fetch(`${url}/feed`)).rejects.toThrow();
  });
});

describe('the endpoint', () => {
  it('answers GET and HEAD, and nothing that is not there', async () => {
    const { server, url } = await start();
    await using _server = server;
    expect((await fetch(`${url}/`)).status).toBe(200);
    const head = await fetch(`${url}/feed`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
    const post = await fetch(`${url}/feed`, { method: 'POST', body: 'x' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});
