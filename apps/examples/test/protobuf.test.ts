import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { Example, spawnExample } from './example.js';

const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'gev-users-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Debian's Python has the module where another one that comes first in the path has not. */
const python = ['python3', '/usr/bin/python3'].find(
  (program) => spawnSync(program, ['-c', 'import google.protobuf']).status === 0,
);
const protoc = spawnSync('protoc', [
  `-I${pathOf('../proto')}`,
  `--python_out=${folder}`,
  'users.proto',
]);
const canAskInPython = python !== undefined && protoc.status === 0;
if (!canAskInPython) {
  console.warn('python3-protobuf or protobuf-compiler is missing: Python does not ask the example');
}

async function ask(port: number, requests: string) {
  const client = spawnExample('protobuf-client', ['--port', `${port}`]);
  let output = '';
  let errors = '';
  client.stdout.on('data', (text) => {
    output += text;
  });
  client.stderr.on('data', (text) => {
    errors += text;
  });
  client.stdin.end(requests);
  const [code] = await once(client, 'close');
  return { code, lines: output.split('\n').slice(0, -1), errors };
}

describe.each(['1', '2'])('the example protobuf with %s loops', (loops) => {
  it('answers its client program', async () => {
    const example = await Example.start('protobuf', ['--loops', loops]);
    const requests = 'add Ada ada@example.org\nadd Eve\nget 2\nget 9\nlist\n';
    expect(await ask(example.port, requests)).toEqual({
      code: 0,
      lines: [
        'users.User {"id":1,"name":"Ada","mail":"ada@example.org"}',
        'users.User {"id":2,"name":"Eve"}',
        'users.User {"id":2,"name":"Eve"}',
        'users.NotFound {"id":9}',
        'users.UserList {"users":[{"id":1,"name":"Ada","mail":"ada@example.org"},{"id":2,"name":"Eve"}]}',
      ],
      errors: '',
    });
    expect(await example.stop('SIGTERM')).toBe(0);
  });

  it.skipIf(!canAskInPython)('answers Python (skipped without its Protobuf)', async () => {
    const example = await Example.start('protobuf', ['--loops', loops]);
    const script = pathOf('protobuf.py');
    const asked = spawnSync(python!, [script, folder, String(example.port)]);
    expect(asked.stderr.toString()).toBe('');
    expect(asked.stdout.toString()).toBe('ok\n');
    await example.stop('SIGTERM');
  });

  it('closes on what is no message, after the replies to what came before', async () => {
    const example = await Example.start('protobuf', ['--loops', loops]);
    const list = Buffer.from('\0\0\0\x11\0\x0fusers.ListUsers');
    const socket = connect(example.port, '127.0.0.1');
    socket.write(Buffer.concat([list, Buffer.from('\0\0\0\x08\0\x06nobody')]));
    const replies: Buffer[] = [];
    socket.on('data', (bytes) => replies.push(bytes));
    await once(socket, 'end');
    expect(Buffer.concat(replies).toString()).toBe('\0\0\0\x10\0\x0eusers.UserList');
    const other = await ask(example.port, 'list\n');
    expect(other.lines).toEqual(['users.UserList {}']);
    expect(await example.stop('SIGTERM')).toBe(0);
  });
});

describe('the example client of protobuf', () => {
  it('says what is no request, and why it cannot connect', async () => {
    const example = await Example.start('protobuf');
    const { code, errors } = await ask(example.port, 'drop 1\n');
    expect([code, errors]).toEqual([0, "'drop 1' is no request: add NAME MAIL, get ID or list\n"]);
    await example.stop('SIGTERM');
    expect(await ask(1, '')).toMatchObject({ code: 1, errors: /^ERR_GEV_CONNECT/ });
  });
});
