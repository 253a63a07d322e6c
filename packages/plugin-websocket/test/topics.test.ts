import { once } from 'node:events';
import { createServer } from 'gev';
import { describe, expect, it } from 'vitest';
import Ws from 'ws';

const handler = new URL('./fixtures/topics.handler.mjs', import.meta.url);

/** A client of `ws` that asks and gathers. */
class Peer {
  readonly heard: (string | Buffer)[] = [];
  private constructor(readonly ws: Ws) {
    ws.on('message', (data: Buffer, isBinary) => this.heard.push(isBinary ? data : String(data)));
    ws.on('error', () => {});
  }

  static async open(url: string, options = {}): Promise<Peer> {
    const peer = new Peer(new Ws(url, options));
    await once(peer.ws, 'open');
    return peer;
  }

  async ask(what: string): Promise<unknown> {
    const before = this.heard.length;
    this.ws.send(what);
    await expect.poll(() => this.heard.length).toBeGreaterThan(before);
    return this.heard.splice(before, 1)[0];
  }
}

describe.each([1, 2])('topics with %i loops', (loops) => {
  async function start() {
    const server = createServer({ address: 'tcp://127.0.0.1:0', loops, handler });
    await server.listen();
    const url = server.address.replace('tcp://', 'ws://');
    const peers: Peer[] = [];
    for (let count = 0; count < 4; count += 1) peers.push(await Peer.open(url));
    return { server, url, peers };
  }

  it('take a message to all subscribers, in every loop, but the publisher', async () => {
    const { server, peers } = await start();
    const where = await Promise.all(peers.map((peer) => peer.ask('loop')));
    expect(new Set(where).size).toBe(loops);
    for (const peer of peers.slice(0, 3)) expect(await peer.ask('sub news')).toBe('true');
    expect(await peers[0]!.ask('sub news')).toBe('false');
    expect(await peers[0]!.ask('sub other')).toBe('true');
    expect(await peers[0]!.ask('topics')).toBe('news,other');
    expect(await peers[0]!.ask('pub news héllo wörld')).toBe('true');
    await expect
      .poll(() => peers.map(({ heard }) => heard))
      .toEqual([[], ['héllo wörld'], ['héllo wörld'], []]);
    expect(await peers[1]!.ask('unsub news')).toBe('true');
    expect(await peers[1]!.ask('unsub news')).toBe('false');
    await peers[0]!.ask('pub news again');
    await expect.poll(() => peers[2]!.heard.at(-1)).toBe('again');
    expect(peers[1]!.heard).toEqual(['héllo wörld']);
    await server.close({ timeout: 2000 });
  });

  it.each([0, 125, 126, 65_535, 65_536, 700_000])('take %i bytes as they are', async (size) => {
    const { server, peers } = await start();
    for (const peer of peers) await peer.ask('sub bytes');
    await peers[3]!.ask(`bytes bytes ${size}`);
    await expect.poll(() => peers.slice(0, 3).every(({ heard }) => heard.length === 1)).toBe(true);
    const sent = Buffer.alloc(size, 7);
    // Compared natively: a matcher looks at every byte.
    for (const { heard } of peers.slice(0, 3)) expect(sent.equals(heard[0] as Buffer)).toBe(true);
    await server.close({ timeout: 2000 });
  });

  it('keep the order of a publisher, and forget who leaves', async () => {
    const { server, peers } = await start();
    for (const peer of peers) await peer.ask('sub count');
    for (let number = 0; number < 200; number += 1) peers[0]!.ws.send(`pub count ${number}`);
    const numbers = Array.from({ length: 200 }, (_, number) => String(number));
    for (const peer of peers.slice(1)) {
      await expect.poll(() => peer.heard.length).toBe(200);
      expect(peer.heard).toEqual(numbers);
    }
    peers[1]!.ws.close();
    peers[2]!.ws.terminate();
    await expect.poll(() => server.connections).toBe(2);
    peers[0]!.heard.length = 0;
    expect(await peers[0]!.ask('pub count last')).toBe('true');
    await expect.poll(() => peers[3]!.heard.at(-1)).toBe('last');
    await server.close({ timeout: 2000 });
  });
});
