import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { nativeAvailability } from '@gev/native-poller';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('./fixtures/traced.mjs', import.meta.url));
const onNode = fileURLToPath(new URL('./fixtures/traced-on-node.mjs', import.meta.url));

/** What the program writes to stderr. */
function stderrOf(env: Record<string, string>, file = program): string {
  const { stderr, status } = spawnSync(process.execPath, [file], {
    env: { ...process.env, GEV_LOG_LEVEL: 'silent', NODE_DEBUG: '', ...env },
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  return stderr;
}

describe('NODE_DEBUG=gev:poller', () => {
  it('traces what node-poller is asked for, and what its sockets fail of', () => {
    const traces = stderrOf({ NODE_DEBUG: 'gev:poller' }, onNode);
    for (const expected of [
      /^GEV:POLLER \d+: node: made, mailbox \d+$/m,
      /^GEV:POLLER \d+: node: handle \d+ listens on tcp:\/\/127\.0\.0\.1:\d+$/m,
      /^GEV:POLLER \d+: node: handle \d+ connects to tcp:\/\/127\.0\.0\.1:1$/m,
      /^GEV:POLLER \d+: node: the socket of slot \d+ failed: connect ECONNREFUSED/m,
      /^GEV:POLLER \d+: node: stops, mailbox \d+$/m,
    ]) {
      expect(traces).toMatch(expected);
    }
  });
});

describe.skipIf(!nativeAvailability().available)('NODE_DEBUG', () => {
  it('=gev:* traces what servers, loops and clients do, in all threads', () => {
    const traces = stderrOf({ NODE_DEBUG: 'gev:*' });
    for (const expected of [
      /^GEV:POLLER \d+: (epoll|kqueue): made, mailbox \d+, watched by .+$/m,
      /^GEV:POLLER \d+: (epoll|kqueue): handle \d+ listens on tcp:\/\/127\.0\.0\.1:\d+$/m,
      /^GEV:POLLER \d+: (epoll|kqueue): handle \d+ connects to tcp:\/\/127\.0\.0\.1:\d+$/m,
      /^GEV:POLLER \d+: (epoll|kqueue): stops, mailbox \d+$/m,
      /^GEV:LOOP \d+: loop 1: runs on (epoll|kqueue)$/m,
      /^GEV:SERVER \d+: loop 0: a thread starts$/m,
      /^GEV:SERVER \d+: listening on tcp:\/\/127\.0\.0\.1:\d+$/m,
      /^GEV:SERVER \d+: handed to loop 0: tcp:\/\/127\.0\.0\.1:\d+, taken$/m,
      /^GEV:SERVER \d+: loop 0: connection 2 opened, peer tcp:\/\/127\.0\.0\.1:\d+$/m,
      /^GEV:SERVER \d+: loop 0: connection 2 closed: peer-closed$/m,
      /^GEV:CLIENT \d+: tcp:\/\/127\.0\.0\.1:\d+: connected$/m,
      /^GEV:SERVER \d+: loop 0: its thread died: died in a timer$/m,
      /^GEV:SERVER \d+: loop 1: drains 0 connections$/m,
    ]) {
      expect(traces).toMatch(expected);
    }
  });

  it('names one section, whatever its case', () => {
    const traces = stderrOf({ NODE_DEBUG: 'GEV:Client' });
    expect(traces).toMatch(/^(GEV:CLIENT .*\n)+$/);
  });

  it('is off by default, and nothing is written', () => {
    expect(stderrOf({})).toBe('');
  });

  it('is apart from the log, which tells what an operator has to know', () => {
    const lines = stderrOf({ GEV_LOG_LEVEL: 'info' }).split('\n');
    const told = lines
      .filter((line) => line.startsWith('gev '))
      .map((line) => line.split(' ', 3)[2]);
    expect(told).toEqual(['listening', 'the', 'the', 'closed']);
    expect(stderrOf({ GEV_LOG_LEVEL: 'warn' })).toMatch(
      /^gev error: the thread of a loop died; .* err=/,
    );
  });
});
