import { createHash, randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Client, until } from './client.js';
import { pollers } from './pollers.js';
import { Ends, serve } from './serve.js';

const TOTAL = 64 * 1024 * 1024;
const CONNECTIONS = 4;

describe.each(pollers)('bytes on $name', (poller) => {
  it('64 MiB in random chunks over several connections come back whole and in order', async () => {
    const ends = new Ends();
    await using server = await serve(poller, { onMessage: (_c, data) => data, ...ends.handler });
    await Promise.all(
      Array.from({ length: CONNECTIONS }, () => pump(server.address, TOTAL / CONNECTIONS)),
    );
    await until(() => ends.reasons.length === CONNECTIONS);
    expect(ends.reasons).toEqual(new Array(CONNECTIONS).fill('peer-closed'));
  }, 60_000);
});

/** Sends `total` random bytes, half-closes, and compares what comes back by its hash. */
async function pump(address: string, total: number): Promise<void> {
  const client = await Client.connect(address);
  const sent = createHash('sha256');
  const received = createHash('sha256');
  client.socket.removeAllListeners('data');
  let size = 0;
  client.socket.on('data', (chunk) => {
    received.update(chunk);
    size += chunk.length;
  });
  let left = total;
  while (left > 0) {
    const chunk = randomBytes(Math.min(left, randomInt(1, 200_000)));
    sent.update(chunk);
    left -= chunk.length;
    if (!client.socket.write(chunk)) await once(client.socket, 'drain');
  }
  client.socket.end();
  await once(client.socket, 'end');
  expect(size).toBe(total);
  expect(received.digest('hex')).toBe(sent.digest('hex'));
}
