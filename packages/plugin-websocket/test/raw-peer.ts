import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect } from 'vitest';
import { upgradeRequest } from './wire.js';

/** Whoever imports this has them ended behind each test. */
const open: Socket[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

/** A raw client: what it has received, and whether it has seen the end. */
export async function raw(url: string, allowHalfOpen = false) {
  const { port } = new URL(url);
  const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen });
  open.push(socket);
  const peer = { socket, received: Buffer.alloc(0), ended: false };
  socket.on('data', (data) => {
    peer.received = Buffer.concat([peer.received, data]);
  });
  socket.on('end', () => {
    peer.ended = true;
  });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return peer;
}

/** A raw client whose handshake is done. */
export async function shaken(url: string, allowHalfOpen = false) {
  const peer = await raw(url, allowHalfOpen);
  peer.socket.write(upgradeRequest());
  await expect.poll(() => peer.received.includes('\r\n\r\n')).toBe(true);
  peer.received = peer.received.subarray(peer.received.indexOf('\r\n\r\n') + 4);
  return peer;
}
