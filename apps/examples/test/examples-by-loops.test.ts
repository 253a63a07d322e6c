import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Example, ExampleClient, spawnExample, until } from './example.js';

const has = (program: string) => spawnSync(program, ['-h']).error === undefined;
const LOOPS = [['1'], ['2']] as const;

describe.each(LOOPS)('examples with %s loops', (loops) => {
  const start = (name: string, args: string[] = []) =>
    Example.start(name, ['--loops', loops, ...args]);

  it('idle-connection closes who is silent, and tells why', async () => {
    const example = await start('idle-connection', ['--idle', '500']);
    const opened = performance.now();
    const [silent, busy] = await example.connect(2);
    const talking = setInterval(() => busy!.write('x'), 40);
    await until(() => silent!.closed);
    expect(performance.now() - opened).toBeGreaterThanOrEqual(500);
    expect(busy!.closed).toBe(false);
    clearInterval(talking);
    await until(() => busy!.closed);
    await until(() => /left after \d+ ms: idle-timeout/.test(example.stderr));
    expect(await example.stop('SIGTERM')).toBe(0);
  });

  it('max-connection closes the one too many, and takes another when one leaves', async () => {
    const example = await start('max-connection', ['--max', '2']);
    const [one, two, three] = await example.connect(3);
    await until(() => three!.closed);
    one!.write('hello');
    await one!.heard('hello');
    two!.socket.destroy();
    let served = false;
    while (!served) {
      const [next] = await example.connect(1);
      next!.write('next');
      await until(() => next!.closed || next!.text === 'next');
      served = !next!.closed;
    }
    expect(await example.stop('SIGTERM')).toBe(0);
  });

  it('push-message reaches every connection', async () => {
    const example = await start('push-message', ['--every', '30']);
    const clients = await example.connect(6);
    await until(() => clients.every(({ text }) => /\d{4}-\d\d-\d\dT.*Z\n/.test(text)));
    expect(await example.stop('SIGTERM')).toBe(0);
  });

  it('buffer-length waits for a slow reader, and tells the truth', async () => {
    const example = await start('buffer-length');
    const socket = connect(example.port, '127.0.0.1');
    let size = 0;
    socket.on('data', (bytes) => {
      size += bytes.length;
    });
    socket.pause();
    socket.write('go');
    await until(() => / bytes unsent/.test(example.stderr));
    const [, unsent, left] = /(\d+) bytes unsent, 0 unread, (\d+) chunks/.exec(example.stderr)!;
    expect(Number(unsent)).toBeGreaterThan(256 * 1024);
    expect(Number(unsent)).toBeLessThan(2 * 1024 * 1024);
    expect(Number(left)).toBeGreaterThan(0);
    socket.resume();
    await until(() => size === 32 * 1024 * 1024);
    await until(() => /, 0 chunks to go/.test(example.stderr));
    socket.destroy();
    expect(await example.stop('SIGTERM')).toBe(0);
  });

  it('send-async answers from the loop and from the server', async () => {
    const example = await start('send-async');
    const clients = await example.connect(4);
    for (const client of clients) client.write('hello');
    for (const client of clients) await client.heard('HELLO');
    await until(() => example.stderr.includes('5 bytes are sent'));
    for (const [i, client] of clients.entries()) client.write(`server:${i}`);
    for (const [i, client] of clients.entries()) await client.heard(`the server says ${i}`);
    expect(await example.stop('SIGTERM')).toBe(0);
  });

  it('send-async ends in order with look-ups under way', async () => {
    const example = await start('send-async');
    // It does not end when the server does: connections are closing for a while.
    const client = new ExampleClient(connect({ port: example.port, allowHalfOpen: true }));
    const asking = setInterval(() => client.write('hello'), 1);
    await client.heard('HELLO');
    const code = example.stop('SIGTERM');
    await once(client.socket, 'end');
    clearInterval(asking);
    setTimeout(() => client.socket.end(), 50);
    expect(await code).toBe(0);
  });

  it.skipIf(!has('nc'))('unix-socket answers nc (skipped where nc is missing)', async () => {
    const path = join(tmpdir(), `gev-example-${process.pid}-${loops}.sock`);
    const example = await Example.startBare('unix-socket', ['--loops', loops, '--path', path]);
    expect(example.stdout).toEqual([`listening unix://${path}`]);
    const nc = spawnSync('nc', ['-N', '-U', path], { input: 'hello\n' });
    expect(nc.stdout.toString()).toBe('hello\n');
    expect(await example.stop('SIGTERM')).toBe(0);
  });

  it('echo answers everything that was read when SIGTERM comes in the middle of the load', async () => {
    const example = await start('echo');
    const clients = await example.connect(100);
    const sent = clients.map(() => 0);
    let loading = true;
    const loads = clients.map(async (client, index) => {
      while (loading && !client.closed) {
        const message = `message ${sent[index]};`.padEnd(200, '.');
        client.write(message);
        sent[index]! += 1;
        await until(() => client.closed || client.text.length >= 200 * sent[index]!);
      }
    });
    await until(() => sent.every((count) => count > 20));
    const code = example.stop('SIGTERM');
    await until(() => clients.every(({ closed }) => closed));
    loading = false;
    await Promise.all(loads);
    expect(await code).toBe(0);
    // Whole messages, one after the other, and at most the last one unanswered.
    for (const [index, { text }] of clients.entries()) {
      const answered = text.length / 200;
      expect(Number.isInteger(answered)).toBe(true);
      expect(answered).toBeGreaterThanOrEqual(sent[index]! - 1);
      const whole = Array.from({ length: answered }, (_, i) => `message ${i};`.padEnd(200, '.'));
      expect(text).toBe(whole.join(''));
    }
  });
});

describe('the example client', () => {
  const run = (args: string[]) => spawnExample('client', args);

  it('sends its input, prints the answer and ends by itself', async () => {
    const example = await Example.start('echo');
    const client = run(['--port', String(example.port)]);
    client.stdin.end('one\ntwo\n');
    let output = '';
    client.stdout.on('data', (text) => {
      output += text;
    });
    const [code] = await once(client, 'close');
    expect({ code, output }).toEqual({ code: 0, output: 'one\ntwo\n' });
    await example.stop('SIGTERM');
  });

  it('waits for a server that is not there yet', async () => {
    const first = await Example.start('echo');
    const { port } = first;
    await first.stop('SIGTERM');
    const client = run(['--port', String(port)]);
    client.stdin.end('late');
    let output = '';
    client.stdout.on('data', (text) => {
      output += text;
    });
    const second = await Example.startBare('echo', ['--port', String(port)]);
    const [code] = await once(client, 'close');
    expect({ code, output }).toEqual({ code: 0, output: 'late' });
    await second.stop('SIGTERM');
  });

  it('says what failed, and exits with 1', async () => {
    const { code, stderr } = await Example.run('client', ['--port', '1', '--retries', '1']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ERR_GEV_CONNECT: .*in 2 attempts.*ECONNREFUSED/);
  });
});

describe('two signals', () => {
  it('end a server at once that still waits', async () => {
    const example = await Example.start('echo', ['--loops', '2']);
    const socket = connect({ port: example.port, host: '127.0.0.1', allowHalfOpen: true });
    const client = new ExampleClient(socket);
    client.write('x');
    await client.heard('x');
    example.child.kill('SIGTERM');
    await until(() => example.stderr.includes('draining'));
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await example.stop('SIGTERM')).toBe(1);
    socket.destroy();
  });
});
