import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { connect } from 'gev';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectWebSocket } from '../src/index.js';
import { serve } from './serve.js';

const SERVER = 'libwebsockets-test-server';
const CLIENT = 'libwebsockets-test-client';
const isMissing = (program: string) => spawnSync(program, ['--help']).error !== undefined;
const missing = { server: isMissing(SERVER), client: isMissing(CLIENT) };
if (missing.server || missing.client) {
  const programs = [missing.server && SERVER, missing.client && CLIENT].filter(Boolean).join(', ');
  console.error(`skipped: libwebsockets: there is no ${programs} (Debian: ${SERVER})`);
}

/** The program takes no port 0 that it would tell: this one was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const MODES = [
  { name: 'plain', deflate: false },
  { name: 'deflate', deflate: { threshold: 0 } },
] as const;

describe.skipIf(missing.server)('our client and the server of libwebsockets', () => {
  let child: ReturnType<typeof spawn>;
  let url = '';

  beforeAll(async () => {
    const port = await freePort();
    child = spawn(SERVER, [`--port=${port}`], { stdio: 'ignore' });
    url = `ws://127.0.0.1:${port}/`;
    await vi.waitFor(() => fetch(url.replace('ws:', 'http:')), { timeout: 10_000 });
  });
  afterAll(() => void child.kill());

  /** One of its protocols, and everything that happens there. */
  async function open(protocol: string, deflate: (typeof MODES)[number]['deflate']) {
    const seen = { texts: [] as string[], others: [] as unknown[] };
    const ws = await connectWebSocket(url, {
      connect,
      deflate,
      protocols: [protocol],
      onMessage: (_ws, data, isBinary) => {
        if (isBinary) seen.others.push('a binary message');
        else seen.texts.push(data as string);
      },
      onPong: (_ws, data) => void seen.others.push(`pong ${Buffer.from(data)}`),
      onClose: (_ws, ...how) => void seen.others.push(how),
    });
    expect(ws.protocol).toBe(protocol);
    return { ws, seen };
  }

  // It takes permessage-deflate for lws-status only.
  it.each(MODES)('$name: lws-mirror-protocol sends back what it gets', async ({ deflate }) => {
    const { ws, seen } = await open('lws-mirror-protocol', deflate);
    const texts = ['d 1 2;', 'aé漢😀', 'x'.repeat(125), 'x'.repeat(126), 'é'.repeat(1000)];
    for (const text of texts) ws.send(text);
    await expect.poll(() => seen.texts.length).toBe(texts.length);
    expect(seen.texts.splice(0)).toEqual(texts);
    // It answers bytes as a text, and what is longer than its buffer in several messages.
    ws.send(Buffer.from('bytes;'));
    await expect.poll(() => seen.texts).toEqual(['bytes;']);
    ws.send('y'.repeat(5000));
    await expect.poll(() => seen.texts.slice(1).join('')).toBe('y'.repeat(5000));
    ws.ping('from here');
    await expect.poll(() => seen.others).toEqual(['pong from here']);
    ws.close(3005, 'done');
    await expect.poll(() => seen.others.slice(1)).toEqual([[3005, 'done', true]]);
  });

  it('dumb-increment-protocol counts, starts again and closes first', async () => {
    const { ws, seen } = await open('dumb-increment-protocol', false);
    await expect.poll(() => seen.texts.slice(0, 4)).toEqual(['0', '1', '2', '3']);
    ws.send('reset\n');
    await expect.poll(() => seen.texts.lastIndexOf('0')).toBeGreaterThan(0);
    ws.send('closeme\n');
    await expect.poll(() => seen.others).toEqual([[1001, 'seeya', true]]);
  });

  it.each(MODES)('$name: lws-status tells about its peers', async ({ name, deflate }) => {
    const { ws, seen } = await open('lws-status', deflate);
    expect(ws.isCompressing).toBe(name === 'deflate');
    await expect.poll(() => seen.texts.length).toBeGreaterThan(0);
    expect(JSON.parse(seen.texts[0]!)).toMatchObject({ version: expect.any(String) });
    // It tells again when another peer comes, and when that one has closed.
    const other = await open('lws-status', deflate);
    await expect.poll(() => seen.texts.length).toBeGreaterThan(1);
    other.ws.close(3006, 'done');
    await expect.poll(() => other.seen.others).toEqual([[3006, 'done', true]]);
    for (const text of seen.texts) JSON.parse(text);
    ws.close();
    await expect.poll(() => seen.others).toEqual([[1000, '', true]]);
  });
});

describe.skipIf(missing.client).each(MODES)(
  '$name: our server and the client of libwebsockets',
  ({ deflate }) => {
    it('gets drawings, sends them back and closes', async () => {
      const closes: unknown[] = [];
      const drawings: string[] = [];
      await using server = await serve({
        deflate,
        protocols: ['lws-mirror-protocol'],
        onMessage: (ws, data) => {
          if (ws.protocol === '') return;
          expect(ws.isCompressing).toBe(deflate !== false);
          drawings.push(String(data));
          if (drawings.length === 50) ws.close(4003, 'enough');
          return drawings.length < 50 ? data : undefined;
        },
        onClose: (ws, ...how) => {
          if (ws.protocol !== '') closes.push(how);
        },
      });
      const child = spawn(CLIENT, [`--port=${new URL(server.url).port}`, '127.0.0.1'], {
        stdio: 'ignore',
      });
      const exited = once(child, 'exit');
      try {
        await expect.poll(() => closes[0]).toEqual([4003, 'enough', true]);
        for (const drawing of drawings) expect(drawing).toMatch(/^(c #[0-9A-F]{6}( \d+){3};)+$/);
      } finally {
        child.kill();
        await exited;
      }
    });
  },
);
