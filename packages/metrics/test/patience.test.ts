import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Assets } from '../src/assets.js';
import { createEndpoint } from '../src/endpoint.js';
import { Exposition } from '../src/exposition.js';
import { SampleFeed } from '../src/sample-feed.js';

const GET = 'GET /metrics HTTP/1.1\r\nHost: gev\r\n\r\n';

/** More than the buffers of a connection take. */
const LARGE = 'x'.repeat(32 * 1024 * 1024);

class Told extends Exposition {
  readonly #answer: () => string;

  constructor(answer: () => string) {
    super([], () => {});
    this.#answer = answer;
  }

  override async text(): Promise<string> {
    return this.#answer();
  }
}

/** An endpoint with little patience, whose metrics are what is given. */
async function start(answer: () => string) {
  const feed = new SampleFeed([]);
  const assets = new Assets(new URL('../dist/page/', import.meta.url));
  const options = { path: '/metrics', feed, assets, exposition: new Told(answer) };
  const endpoint = createEndpoint(options, { request: 200, look: 50, answer: 300 });
  endpoint.listen(0, '127.0.0.1');
  await once(endpoint, 'listening');
  return {
    endpoint,
    open: () =>
      connect((endpoint.address() as AddressInfo).port, '127.0.0.1').on('error', () => {}),
    async [Symbol.asyncDispose]() {
      feed.close();
      endpoint.closeAllConnections();
      endpoint.close();
      await once(endpoint, 'close');
    },
  };
}

async function allOf(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return String(Buffer.concat(chunks));
}

describe('the patience of the endpoint', () => {
  it.each([
    ['says nothing', ''],
    ['sends half a head', 'GET /metrics HTTP/1.1\r\nHost: '],
  ])('ends with who %s', async (_what, sent) => {
    await using server = await start(() => '');
    const client = server.open();
    client.write(sent);
    expect(await allOf(client)).toMatch(/^HTTP\/1.1 408 /);
  });

  it('ends with who sends a head and never comes to its end', async () => {
    await using server = await start(() => '');
    const client = server.open();
    client.write('GET /metrics HTTP/1.1\r\n');
    const drip = setInterval(() => client.write('X-More: x\r\n'), 20);
    expect(await allOf(client)).toMatch(/^HTTP\/1.1 408 /);
    clearInterval(drip);
  });

  it('ends with who takes nothing of an answer', async () => {
    await using server = await start(() => LARGE);
    const client = server.open().pause();
    client.write(GET);
    const [atServer] = (await once(server.endpoint, 'connection')) as [Socket];
    await once(atServer, 'close');
    client.destroy();
  });

  it('ends with who asks again before the answer has left', async () => {
    let asked = 0;
    await using server = await start(() => {
      asked += 1;
      return LARGE;
    });
    const client = server.open();
    client.write(GET.repeat(1_000));
    await once(client, 'close');
    expect(asked).toBe(1);
  });

  it('answers one request after the other on a connection', async () => {
    await using server = await start(() => 'all is well\n');
    const client = server.open();
    for (let i = 0; i < 3; i += 1) {
      client.write(GET);
      const [answer] = await once(client, 'data');
      expect(String(answer)).toMatch(/^HTTP\/1.1 200 .*all is well\n$/s);
    }
    client.destroy();
  });
});

describe('an answer that fails', () => {
  it('is a 500 that says why, and the next is answered', async () => {
    await using server = await start(() => {
      throw new Error('no metrics today');
    });
    for (let i = 0; i < 2; i += 1) {
      const client = server.open();
      client.write(GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
      const answer = await allOf(client);
      expect(answer).toMatch(/^HTTP\/1.1 500 /);
      expect(answer).toMatch(/no metrics today\n$/);
    }
  });
});
