import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { constants, deflateRawSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { masked, upgradeRequest } from './wire.js';

const program = fileURLToPath(new URL('./fixtures/memory-server.mjs', import.meta.url));
const CONNECTIONS = 2_000;
/** Bytes of each. */
const MOST = 1_536;
const TEXT = 'a text that says the same again and again. '.repeat(200);
const OFFER = ['Sec-WebSocket-Extensions: permessage-deflate'];

let server: ChildProcess;
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.kill('SIGKILL');
});

/** Bytes that the engine knows of: heap and external. */
async function memory(): Promise<number> {
  server.send('memory');
  return (await once(server, 'message'))[0];
}

/** Has a server with these options, and what it takes once of compiled code and the like. */
async function start(options: object, isCompressed: boolean): Promise<number> {
  server = fork(program, [JSON.stringify(options)], { execArgv: ['--expose-gc'] });
  const [port] = await once(server, 'message');
  await open(port, 200, isCompressed);
  await talk(isCompressed);
  for (const socket of sockets.splice(0)) socket.destroy();
  return port;
}

async function open(port: number, count: number, isCompressed: boolean): Promise<void> {
  for (let opened = 0; opened < count; opened += 100) {
    const some = Array.from({ length: 100 }, () => connect(port, '127.0.0.1'));
    sockets.push(...some);
    for (const socket of some) socket.write(upgradeRequest(isCompressed ? OFFER : []));
    await Promise.all(some.map((socket) => once(socket, 'data')));
  }
}

/** Each sends a text, in two parts, and gets it back. */
async function talk(isCompressed: boolean): Promise<void> {
  const packed = deflateRawSync(TEXT, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
  const frame = isCompressed ? masked(1, packed, { rsv: 0x40 }) : masked(1, TEXT);
  for (let at = 0; at < sockets.length; at += 100) {
    const some = sockets.slice(at, at + 100);
    for (const socket of some) socket.write(frame.subarray(0, 20));
    await new Promise((resolve) => setTimeout(resolve, 5));
    for (const socket of some) socket.write(frame.subarray(20));
    await Promise.all(some.map((socket) => once(socket, 'data')));
  }
}

describe('an idle WebSocket', () => {
  it.each([
    ['without compression', {}, false],
    [
      'compressed without a context',
      { deflate: { ownContextTakeover: false, peerContextTakeover: false } },
      true,
    ],
  ])(
    '%s takes at most 1.5 KiB, before and after messages',
    async (_name, options, isCompressed) => {
      const port = await start(options, isCompressed);
      const before = await memory();
      await open(port, CONNECTIONS, isCompressed);
      const idle = await memory();
      await talk(isCompressed);
      const after = await memory();
      expect((idle - before) / CONNECTIONS).toBeLessThan(MOST);
      expect((after - before) / CONNECTIONS).toBeLessThan(MOST);
    },
    60_000,
  );
});

describe('a server', () => {
  it('keeps nothing of a long text that it has sent back', async () => {
    const port = await start({ maxPayload: 16 * 1024 * 1024 }, false);
    await open(port, 1, false);
    const before = await memory();
    const [socket] = sockets;
    const frame = masked(1, 'x'.repeat(8 * 1024 * 1024));
    socket!.write(frame);
    // An answer has no mask.
    for (let left = frame.length - 4; left > 0; ) {
      const [bytes] = await once(socket!, 'data');
      left -= bytes.length;
    }
    expect((await memory()) - before).toBeLessThan(1024 * 1024);
  }, 60_000);
});
