import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Example, spawnExample } from './example.js';

const LOOPS = [['1'], ['2']] as const;

describe.each(LOOPS)('the example websocket with %s loops', (loops) => {
  const start = () => Example.start('websocket', ['--loops', loops]);

  it('echoes texts and bytes of ws, short and compressed', async () => {
    const example = await start();
    const clients = await Promise.all(
      [0, 1, 2, 3].map(async () => {
        const ws = new WebSocket(`ws://127.0.0.1:${example.port}/`);
        await once(ws, 'open');
        return ws;
      }),
    );
    for (const ws of clients) {
      expect(ws.extensions).toContain('permessage-deflate');
      const bytes = Buffer.alloc(100_000, 'gev ');
      for (const message of ['hello', 'grüße '.repeat(5_000), bytes]) {
        ws.send(message);
        const [data, isBinary] = await once(ws, 'message');
        expect(isBinary).toBe(message === bytes);
        expect((data as Buffer).equals(Buffer.from(message as string))).toBe(true);
      }
    }
    const closed = clients.map((ws) => once(ws, 'close'));
    expect(await example.stop('SIGTERM')).toBe(0);
    for (const each of closed) expect((await each)[0]).toBe(1001);
  });

  it('is at / alone', async () => {
    const example = await start();
    const web = `http://127.0.0.1:${example.port}`;
    const elsewhere = new WebSocket(`ws://127.0.0.1:${example.port}/other`);
    const [error] = await once(elsewhere, 'error');
    expect(String(error)).toContain('404');
    expect((await fetch(`${web}/other`)).status).toBe(404);
    expect((await fetch(web)).status).toBe(426);
    expect(await example.stop('SIGTERM')).toBe(0);
  });
});

/** Runs the client on these lines; without them its stdin stays open. */
async function runClient(port: number, lines?: string, more: string[] = []) {
  const child = spawnExample('websocket-client', ['--port', String(port), ...more]);
  if (lines !== undefined) child.stdin.end(lines);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

describe('the example websocket-client', () => {
  it('sends its lines, prints the answers and ends by itself', async () => {
    const example = await Example.start('websocket');
    const lines = Array.from({ length: 2_000 }, (_, i) => `line ${i} ${'.'.repeat(i)}\n`).join('');
    expect(await runClient(example.port, lines)).toEqual({ code: 0, stdout: lines, stderr: '' });
    expect(await runClient(example.port, '')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await example.stop('SIGTERM')).toBe(0);
  });

  it('speaks with ws, and tells when it is sent away', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    server.on('connection', (ws) => {
      ws.send('welcome');
      ws.send(Buffer.from([1, 2, 3]));
      ws.on('message', (data) => ws.send(`${data}!`));
    });
    const { port } = server.address() as { port: number };
    const polite = await runClient(port, 'one\ntwo');
    expect(polite).toEqual({ code: 0, stdout: 'welcome\n(3 bytes)\none!\ntwo!\n', stderr: '' });
    server.once('connection', (ws) => ws.close(4000, 'go'));
    const sentAway = await runClient(port);
    expect(sentAway).toMatchObject({ code: 1, stderr: 'closed: 4000 go\n' });
    server.close();
  });

  it('goes to a path', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    server.on('connection', (ws, { url }) => ws.send(url!));
    const { port } = server.address() as { port: number };
    const asked = await runClient(port, 'x', ['--path', '/rooms/green tea?name=ann']);
    expect(asked).toEqual({ code: 0, stdout: '/rooms/green%20tea?name=ann\n', stderr: '' });
    server.close();
  });

  it('tells how it is called', async () => {
    const { code, stdout } = await Example.run('websocket-client', ['--help']);
    const usage =
      'usage: node websocket-client.js [--port N] [--host TEXT] [--path TEXT] [--timeout N]';
    expect({ code, stdout }).toEqual({ code: 0, stdout: [usage] });
  });

  it('says what failed, and exits with 1', async () => {
    const nobody = await Example.run('websocket-client', ['--port', '1']);
    expect(nobody).toMatchObject({ code: 1, stderr: expect.stringMatching(/^ERR_GEV_CONNECT: /) });
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/elsewhere' });
    await once(server, 'listening');
    const refused = await runClient((server.address() as { port: number }).port, 'hello\n');
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^ERR_GEV_HANDSHAKE: /),
    });
    server.close();
  });
});
