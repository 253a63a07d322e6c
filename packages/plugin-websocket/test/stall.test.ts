import { expect, it } from 'vitest';
import { raw, shaken } from './raw-peer.js';
import { serve } from './serve.js';
import { stall } from './stall.js';
import { masked, upgradeRequest } from './wire.js';

const PING = Buffer.from([0x89, 0]);

it('a stall of the thread is no silence of a peer that has answered meanwhile', async () => {
  const closes: unknown[] = [];
  const pongs: unknown[] = [];
  await using server = await serve({
    heartbeat: { interval: 400, timeout: 400 },
    onPong: (_ws, data) => void pongs.push(Buffer.from(data).toString()),
    onClose: (_ws, ...how) => void closes.push(how),
  });
  const peer = await shaken(server.url);
  await expect.poll(() => peer.received.includes(PING)).toBe(true);
  peer.socket.write(masked(10, 'here'));
  stall(1000);
  await expect.poll(() => pongs).toEqual(['here']);
  expect(closes).toEqual([]);
});

it('a stall of the thread is no slow handshake of a peer that has sent it meanwhile', async () => {
  let isOpen = false;
  await using server = await serve({
    handshakeTimeout: 400,
    onOpen: () => {
      isOpen = true;
    },
  });
  const peer = await raw(server.url);
  await expect.poll(() => server.connections).toBe(1);
  peer.socket.write(upgradeRequest());
  stall(1000);
  await expect.poll(() => peer.received.includes('\r\n\r\n')).toBe(true);
  expect(String(peer.received)).toMatch(/^HTTP\/1.1 101 /);
  expect(isOpen).toBe(true);
});
