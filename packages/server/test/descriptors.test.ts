import { type ChildProcess, execFileSync, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { nativeAvailability } from '@gev/native-poller';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Client, until } from './client.js';

const program = fileURLToPath(new URL('./fixtures/starved.mjs', import.meta.url));
const canLimit = existsSync('/proc/self/fd') && spawnSync('prlimit', ['--version']).status === 0;
if (!canLimit) console.error('skipped: no descriptors left: needs /proc and prlimit (util-linux)');

/** Of a child that is running: so that it can open `spare` more descriptors. */
function limit({ pid }: ChildProcess, spare: number): void {
  const used = new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
  let most = 0;
  for (let free = 0; free < spare; most += 1) if (!used.has(most)) free += 1;
  setLimit(pid!, most);
}

function setLimit(pid: number, most: number): void {
  // The soft limit only: raising the hard one again takes a privilege.
  execFileSync('prlimit', ['--pid', String(pid), `--nofile=${most}:`]);
}

describe.skipIf(!canLimit || !nativeAvailability().available)('with no descriptors left', () => {
  it.each([
    ['one loop', { loops: 1 }, 'loop'],
    ['a server that hands over', { loops: 2 }, 'server'],
    ['loops that listen themselves', { loops: 2, reusePort: true }, 'loop'],
  ])(
    '%s tells gev:error and the log, and goes on when there are',
    async (_name, options, thread) => {
      const child = fork(program, [JSON.stringify(options)], {
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      let log = '';
      child.stderr!.on('data', (text) => {
        log += text;
      });
      const [{ port }] = await once(child, 'message');
      const told: unknown[] = [];
      child.on('message', (message) => told.push(message));
      const address = `tcp://127.0.0.1:${port}`;
      limit(child, 2);
      const clients = await Promise.all(Array.from({ length: 20 }, () => Client.connect(address)));
      await until(() => told.length > 0);
      expect(told[0]).toEqual({
        thread,
        code: 'ERR_GEV_IO',
        message: expect.stringMatching(/^accept tcp:.*EMFILE: .*limit of open files/),
        cause: { errno: 'EMFILE', syscall: 'accept' },
      });
      await until(() => log.includes('errno=EMFILE'));
      expect(log).toMatch(
        /^gev warning: accepting failed and is tried again .*limit of open files/,
      );
      setLimit(child.pid!, 4096);
      const late = await Client.connect(address);
      late.socket.write('hello');
      expect(String(await late.receive(5))).toBe('hello');
      for (const { socket } of [...clients, late]) socket.destroy();
    },
  );
});
