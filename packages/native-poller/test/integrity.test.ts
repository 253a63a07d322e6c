import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { flavours } from './flavours.js';
import { Loop } from './loop.js';

const CONNECTIONS = 6;
const BYTES = process.env['GEV_TEST_NIGHTLY'] === undefined ? 2 ** 21 : 2 ** 26;

const loops: Loop[] = [];
afterEach(() => {
  for (const loop of loops.splice(0)) loop.poller.stop();
});

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Sends random bytes through the echo, reading late and in fits, and compares what returns. */
async function exchange(port: number): Promise<void> {
  const sent = randomBytes(BYTES);
  const socket = connect(port, '127.0.0.1');
  socket.pause();
  socket.end(sent);
  await once(socket, 'connect');
  for (let wait = 0; wait < 50; wait += 1) await turn();
  const chunks: Buffer[] = [];
  let count = 0;
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    if (++count % 16 !== 0) return;
    socket.pause();
    setImmediate(() => socket.resume());
  });
  socket.resume();
  await once(socket, 'end');
  expect(digest(Buffer.concat(chunks))).toBe(digest(sent));
}

describe.each(flavours)('bytes: $title', ({ options }) => {
  it.each([
    { name: 'the default sizes', sizes: {} },
    { name: 'the smallest arenas', sizes: { inputSize: 4096, outputSize: 4096, readSize: 1500 } },
    { name: 'one row a batch', sizes: { batch: 1, readSize: 8192 } },
    { name: 'one batch a turn', sizes: { maxRounds: 1 } },
  ])('come back as they were, with $name', { timeout: 60_000 }, async ({ sizes }) => {
    const loop = new Loop({ ...options, ...sizes });
    loops.push(loop);
    loop.echo = true;
    const { port } = await loop.listen();
    await Promise.all(Array.from({ length: CONNECTIONS }, () => exchange(port)));
  });
});
