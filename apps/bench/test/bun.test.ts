import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { findBun } from '../src/bun-binary.js';

const bun = findBun();
if ('reason' in bun) console.error(`skipped: gev under Bun: ${bun.reason}`);

const server = fileURLToPath(new URL('../dist/servers/gev-echo.js', import.meta.url));
const running: ReturnType<typeof spawn>[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

// Bun panics where a binary asks libuv to poll, so the native poller must take its other way.
describe.skipIf('reason' in bun)('gev under Bun', () => {
  it.each(['', 'node'])(
    'echoes with GEV_POLLER=%j',
    async (poller) => {
      const child = spawn('path' in bun ? bun.path : '', [server], {
        env: { ...process.env, GEV_POLLER: poller },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      running.push(child);
      const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
      const socket = connect(Number(/:(\d+)$/.exec(line)?.[1]), '127.0.0.1');
      for (const text of ['one', 'two']) {
        socket.write(text);
        const [reply] = (await once(socket, 'data')) as [Buffer];
        expect(reply.toString()).toBe(text);
      }
      socket.destroy();
      child.kill('SIGTERM');
      expect(await once(child, 'exit')).toEqual([0, null]);
    },
    20_000,
  );
});
