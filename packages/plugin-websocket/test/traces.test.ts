import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('./fixtures/traced.mjs', import.meta.url));

it('NODE_DEBUG=gev:websocket traces handshakes, refusals and closes', () => {
  const env = { ...process.env, NODE_DEBUG: 'gev:websocket' };
  const { stderr, status } = spawnSync(process.execPath, [program], { env, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  const traces = stderr.trim().split('\n');
  const of = (id: number) => {
    const start = new RegExp(`^GEV:WEBSOCKET \\d+: connection ${id}: `);
    return traces.filter((line) => start.test(line)).map((line) => line.replace(start, ''));
  };
  expect(of(1)).toEqual([
    'open, protocol "", compressed: false',
    'closed with code 4001, clean: true',
  ]);
  expect(of(2)).toEqual(['answered with HTTP 426', 'ended without a handshake']);
  expect(of(3)).toEqual([
    'refused: this origin is not allowed',
    'answered with HTTP 403',
    'ended without a handshake',
  ]);
});
