import { once } from 'node:events';
import { createServer } from 'gev';
import { afterEach, describe, expect, it } from 'vitest';
import Ws from 'ws';
import { type SlowConsumers, webSocket } from '../src/index.js';

const handler = new URL('./fixtures/slow.handler.mjs', import.meta.url);

/** Of 64 KiB each: more than the kernel and both policies below hold. */
const FLOOD = 400;
const above = 1024 * 1024;

/** A client of `ws`, which may stop to read. */
class Peer {
  readonly texts: unknown[] = [];
  bytes = 0;
  #answered = (): void => {};

  private constructor(readonly ws: Ws) {
    ws.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.bytes += data.length;
      else this.#hear(String(data));
    });
    ws.on('error', () => {});
  }

  #hear(text: string): void {
    this.texts.push(text);
    this.#answered();
  }

  static async open(url: string): Promise<Peer> {
    const peer = new Peer(new Ws(url));
    await once(peer.ws, 'open');
    return peer;
  }

  /** Asks something while nothing is published to it. */
  async ask(...what: unknown[]): Promise<unknown> {
    this.ws.send(JSON.stringify(what));
    await new Promise<void>((resolve) => {
      this.#answered = resolve;
    });
    return JSON.parse(String(this.texts.pop()));
  }

  /** Publishes so much, no faster than it goes to and fro, and than `reader` gets it. */
  async flood(topic: string, reader?: Peer): Promise<void> {
    for (let sent = 1; sent <= FLOOD; sent += 1) {
      await this.ask('piece', topic);
      await reader?.has(sent * 64 * 1024);
    }
    await this.ask('last', topic);
  }

  private async has(bytes: number): Promise<void> {
    while (this.bytes < bytes) await once(this.ws, 'message');
  }
}

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function start(loops: number, options: object) {
  const server = createServer({
    address: 'tcp://127.0.0.1:0',
    loops,
    handler,
    data: options as never,
  });
  const ends: unknown[] = [];
  server.on('post', (value) => void ends.push(value));
  await server.listen();
  stops.push(() => server.close({ timeout: 500 }));
  const url = server.address.replace('tcp://', 'ws://');
  const peers: Peer[] = [];
  for (let count = 0; count < 4; count += 1) peers.push(await Peer.open(url));
  // In one loop, also where there are two: what the quick one has got, the slow one has been sent.
  return { server, ends, publisher: peers[0]!, slow: peers[1]!, quick: peers[3]! };
}

describe.each([1, 2])('a subscriber that does not read, with %i loops', (loops) => {
  it('is closed with 1013, and comes to know; the others get everything', async () => {
    const { ends, publisher, slow, quick } = await start(loops, { slowConsumers: { above } });
    for (const peer of [slow, quick]) expect(await peer.ask('sub', 'news')).toBe(true);
    slow.ws.pause();
    await publisher.flood('news', quick);
    await expect.poll(() => quick.texts).toEqual(['last']);
    expect(quick.bytes).toBe(FLOOD * 64 * 1024);
    expect(ends).toEqual([]);
    const closed = once(slow.ws, 'close');
    slow.ws.resume();
    const [code, reason] = await closed;
    expect([code, String(reason)]).toEqual([1013, 'reads too slowly']);
    expect(slow.bytes).toBeGreaterThan(above);
    expect(slow.bytes).toBeLessThan(quick.bytes);
    expect(slow.texts).toEqual([]);
    await expect
      .poll(() => ends)
      .toEqual([[expect.any(Number), 1, 1013, 'reads too slowly', true]]);
  });

  it('is not one who reads what is published at once', async () => {
    const options = { slowConsumers: { above: 64 * 1024 } };
    const { ends, publisher, quick } = await start(loops, options);
    await quick.ask('sub', 'news');
    await publisher.ask('burst', 'news', 4);
    await publisher.ask('last', 'news');
    await expect.poll(() => quick.texts).toEqual(['last']);
    expect(quick.bytes).toBe(4 * 64 * 1024);
    expect(ends).toEqual([]);
  });

  it('is ended when it does not even read its close frame', async () => {
    const options = { slowConsumers: { above }, closeTimeout: 200 };
    const { ends, publisher, slow } = await start(loops, options);
    await slow.ask('sub', 'news');
    slow.ws.pause();
    await publisher.flood('news');
    const end = [expect.any(Number), 1, 1013, 'reads too slowly', false];
    await expect.poll(() => ends).toEqual([end]);
    slow.ws.terminate();
  });

  it('is passed over and counted where it wants that, for one topic alone', async () => {
    const { ends, publisher, slow, quick } = await start(loops, { slowConsumers: { above } });
    expect(await slow.ask('sub', 'prices', { policy: 'skip' })).toBe(true);
    expect(await quick.ask('sub', 'prices')).toBe(true);
    slow.ws.pause();
    await publisher.flood('prices', quick);
    await expect.poll(() => quick.texts).toEqual(['last']);
    slow.ws.resume();
    const skipped = (await slow.ask('skipped')) as number;
    expect(skipped).toBeGreaterThan(10);
    // What it got and what it missed is everything, and its end is what it missed.
    expect(slow.bytes / (64 * 1024) + skipped).toBe(FLOOD + 1);
    expect(slow.texts).toEqual([]);
    await expect.poll(() => slow.ask('unsent')).toBe(0);
    await publisher.ask('last', 'prices');
    await expect.poll(() => slow.texts).toEqual(['last']);
    expect(ends).toEqual([]);
  });
});

it.each([
  { policy: 'wait' },
  { above: -1 },
  { above: '1' },
  { over: 1 },
  { above: Object.create(null) },
  null,
  5,
] as unknown as SlowConsumers[])('%j is no policy', (slowConsumers) => {
  expect(() => webSocket({ slowConsumers })).toThrow(
    expect.objectContaining({ code: 'ERR_GEV_INVALID_OPTION' }),
  );
});
