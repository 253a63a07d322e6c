import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connect } from 'gev';
import { describe, expect, it } from 'vitest';
import { connectWebSocket } from '../src/index.js';
import { comparable, SENT } from './interop-messages.js';
import { serve } from './serve.js';

const PROGRAM = fileURLToPath(new URL('interop-python.py', import.meta.url));
// The system's own Python first: a python3 in front of it does not see Debian's modules.
const python = ['/usr/bin/python3', 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import websockets']).status === 0,
);
if (python === undefined) {
  console.error('skipped: WebSockets of Python: there is no python3-websockets (Debian)');
}

/** Runs the program; it ends when `input` does, with its server. */
function run(...args: string[]) {
  const child = spawn(python!, [PROGRAM, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdout.setEncoding('utf8');
  return child;
}

describe.skipIf(python === undefined).each(['plain', 'deflate'])(
  "%s: Python's websockets",
  (mode) => {
    const deflate = mode === 'deflate' && { threshold: 0 };

    it('as client: whole and in fragments, a ping, closes from either side', async () => {
      const seen: unknown[] = [];
      await using server = await serve({
        deflate,
        protocols: ['b'],
        onMessage: (ws, data) => (data === 'close me' ? ws.close(4002, 'bye') : data),
        onPing: (_ws, data) => void seen.push(Buffer.from(data).toString()),
        onClose: (_ws, ...how) => void seen.push(how),
      });
      const child = run('client', server.url, mode);
      let output = '';
      child.stdout.on('data', (text) => {
        output += text;
      });
      const [code] = await once(child, 'close');
      expect(code).toBe(0);
      expect(JSON.parse(output)).toEqual({
        different: [],
        extensions: deflate ? ['permessage-deflate'] : [],
        subprotocol: 'b',
        first: 3003,
        second: [4002, 'bye'],
      });
      expect(seen).toEqual(['from there', [3003, 'done', true], [4002, 'bye', true]]);
    }, 60_000);

    it('as server: whole and in fragments, pings, closes from either side', async () => {
      const child = run('server', mode);
      const exited = once(child, 'exit');
      const [port] = await once(child.stdout, 'data');
      const got: string[] = [];
      const seen: unknown[] = [];
      const open = () =>
        connectWebSocket(`ws://127.0.0.1:${Number(port)}/`, {
          connect,
          deflate,
          protocols: ['a', 'b'],
          onMessage: (_ws, data, isBinary) => void got.push(comparable(data, isBinary)),
          onPing: (_ws, data) => void seen.push(`ping ${Buffer.from(data)}`),
          onPong: (_ws, data) => void seen.push(`pong ${Buffer.from(data)}`),
          onClose: (_ws, ...how) => void seen.push(how),
        });
      try {
        const ws = await open();
        expect([ws.protocol, ws.isCompressing]).toEqual(['b', deflate !== false]);
        for (const message of SENT) ws.send(message);
        const expected = SENT.flatMap((message) => {
          const text = comparable(message, typeof message !== 'string');
          return [text, text];
        });
        await expect.poll(() => got.length, { timeout: 30_000 }).toBe(expected.length);
        expect(got.splice(0)).toEqual(expected);
        ws.ping('from here');
        ws.send('ping me');
        await expect.poll(() => got).toEqual(['pong came']);
        ws.close(3004, 'done');
        await expect.poll(() => seen.length).toBe(3);
        (await open()).send('close me');
        await expect.poll(() => seen.length).toBe(4);
        const closes = [
          [3004, 'done', true],
          [4001, 'as you wish', true],
        ];
        expect(seen).toEqual(['pong from here', 'ping from there', ...closes]);
      } finally {
        child.stdin.end();
      }
      expect(await exited).toEqual([0, null]);
    }, 60_000);
  },
);
