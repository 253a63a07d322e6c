import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Example } from './example.js';

/** Frames written and read by Python, which knows nothing of gev. */
const PYTHON_FRAMES = `
import socket, struct, sys, os
s = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
bodies = [b'', b'x', os.urandom(5), os.urandom(70000), b'', b'end']
data = b''.join(struct.pack('>I', len(b)) + b for b in bodies)
for i in range(0, len(data), 999): s.sendall(data[i:i + 999])
f = s.makefile('rb')
for b in bodies:
    n, = struct.unpack('>I', f.read(4))
    assert f.read(n) == b, 'a frame came back changed'
s.shutdown(socket.SHUT_WR)
assert f.read() == b'', 'more came than was sent'
print('ok', len(bodies))
`;

const has = (program: string) => spawnSync(program, ['-h']).error === undefined;

describe.each(['echo', 'protocol'])('the example %s', (name) => {
  it('prints one line when it listens, and on SIGTERM drains and exits with 0', async () => {
    const example = await Example.start(name, ['--loops', '1']);
    expect(example.stdout).toEqual([`listening tcp://127.0.0.1:${example.port}`]);
    expect(example.stderr).toMatch(/poller: (epoll|kqueue|node) \(.+\)\ntry it: /);
    expect(await example.stop('SIGTERM')).toBe(0);
    expect(example.stdout).toHaveLength(1);
  });

  it('exits with 0 on SIGINT too', async () => {
    const example = await Example.start(name);
    expect(await example.stop('SIGINT')).toBe(0);
  });

  it('serves from two loops', async () => {
    const example = await Example.start(name, ['--loops', '2']);
    const sockets = await example.connect(4);
    for (const socket of sockets) socket.write('\0\0\0\x02hi');
    for (const socket of sockets) await socket.heard('\0\0\0\x02hi');
    expect(await example.stop('SIGTERM')).toBe(0);
  });

  it('runs on node:net when told so', async () => {
    const example = await Example.start(name, [], { GEV_POLLER: 'node' });
    expect(example.stderr).toContain('poller: node (GEV_POLLER=node asks for it)');
    expect(await example.stop('SIGTERM')).toBe(0);
  });

  it.each([
    [['--port', 'x'], 2, "--port is 'x'"],
    [['--prot', '1'], 2, '--prot'],
    [['--loops', '0'], 2, "--loops is '0'"],
    [['--host', '192.0.2.1'], 1, 'ERR_GEV_ADDRESS_NOT_AVAILABLE'],
  ])('refuses %j with a reason', async (args, code, reason) => {
    const run = await Example.run(name, ['--port', '0', ...args]);
    expect(run).toMatchObject({ code, stderr: expect.stringContaining(reason) });
  });
});

describe('the example echo', () => {
  it.skipIf(!has('nc'))('answers nc (skipped where nc is missing)', async () => {
    const example = await Example.start('echo');
    const nc = spawnSync('nc', ['-N', '127.0.0.1', String(example.port)], { input: 'hello\n' });
    expect(nc.stdout.toString()).toBe('hello\n');
    await example.stop('SIGTERM');
  });

  it('sends what it owes before it exits on SIGTERM', async () => {
    const example = await Example.start('echo');
    const socket = connect(example.port, '127.0.0.1');
    let size = 0;
    socket.write(Buffer.alloc(400_000));
    await once(socket, 'data').then(([chunk]) => {
      size += chunk.length;
    });
    socket.on('data', (chunk) => {
      size += chunk.length;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const code = example.stop('SIGTERM');
    await once(socket, 'close');
    expect(size).toBe(400_000);
    expect(await code).toBe(0);
  });
});

describe('the example protocol', () => {
  it.skipIf(!has('python3'))('echoes frames of Python (skipped without python3)', async () => {
    const example = await Example.start('protocol');
    const python = spawnSync('python3', ['-c', PYTHON_FRAMES, String(example.port)]);
    expect(python.stderr.toString()).toBe('');
    expect(python.stdout.toString()).toBe('ok 6\n');
    await example.stop('SIGTERM');
  });

  it('closes on a frame over its limit', async () => {
    const example = await Example.start('protocol');
    const socket = connect(example.port, '127.0.0.1');
    socket.write(Buffer.from([0x7f, 0, 0, 0]));
    await once(socket.resume(), 'end');
    await example.stop('SIGTERM');
  });
});
