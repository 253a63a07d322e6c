import { once } from 'node:events';
import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { ClientOptions } from 'ws';
import { Example, until } from './example.js';
import { Visitor } from './visitor.js';

/** A request as node:http makes it. */
async function ask(port: number, method: string, path: string, headers = {}) {
  const [response] = await once(
    request({ host: '127.0.0.1', port, method, path, headers, agent: false }).end(),
    'response',
  );
  let body = '';
  for await (const text of response.setEncoding('utf8')) body += text;
  return { status: response.statusCode as number, headers: response.headers, body };
}

const LOOPS = [
  ['1', {}],
  ['2', {}],
  ['1', { GEV_POLLER: 'node' }],
  ['2', { GEV_POLLER: 'node' }],
] as const;

describe.each(LOOPS)('the example chat with %s loops and %j', (loops, env) => {
  const start = () => Example.start('chat', ['--loops', loops], env);

  it('has rooms that know who is there, and hear each other and nobody else', async () => {
    const example = await start();
    const enter = (room: string, name: string) => Visitor.enter(example.port, room, name);
    const tea: Visitor[] = [];
    for (const name of ['ann', 'bob', 'cid', 'dan']) tea.push(await enter('tea', name));
    // Two of one name are two people.
    const coffee = [await enter('coffee', 'ann'), await enter('Coffee', 'ann')];
    for (const each of tea) await each.sees('ann bob cid dan');
    for (const each of coffee) await each.sees('ann ann');

    const html = '<img src=x onerror=alert(1)>';
    tea[1]!.tell({ type: 'say', text: html });
    coffee[1]!.tell({ type: 'say', text: 'beans' });
    for (const each of [...tea, ...coffee]) await until(() => each.said.length > 0);

    tea[2]!.tell({ type: 'rename', name: 'cleo' });
    for (const each of tea) await each.sees('ann bob cleo dan');
    tea[3]!.ws.close();
    tea[0]!.ws.terminate();
    for (const each of tea.slice(1, 3)) await each.sees('bob cleo');
    for (const each of tea) expect(each.said).toEqual([`bob: ${html}`]);
    for (const each of coffee) expect(each.said).toEqual(['ann: beans']);

    const closed = once(coffee[0]!.ws, 'close');
    expect(await example.stop('SIGTERM')).toBe(0);
    expect((await closed)[0]).toBe(1001);
  });

  it('refuses what is no message, too fast or from elsewhere', async () => {
    const example = await start();
    const visitor = await Visitor.open(example.port, 'tea');
    visitor.tell({ type: 'say', text: 'hello' });
    visitor.tell({ type: 'join', name: 'x'.repeat(33) });
    visitor.ws.send(Buffer.from('{}'));
    await until(() => visitor.refused.length === 3);
    expect(visitor.refused[0]).toBe('Join first.');
    visitor.tell({ type: 'join', name: 'ann' });
    for (let i = 0; i < 20; i += 1) visitor.tell({ type: 'say', text: `${i}` });
    await until(() => visitor.refused.length >= 15);
    expect(visitor.said.length).toBeLessThan(10);
    for (let i = 0; i < 60; i += 1) visitor.tell({ type: 'say', text: `${i}` });
    expect((await once(visitor.ws, 'close'))[0]).toBe(1008);

    const open = (room: string, options?: ClientOptions) =>
      Visitor.open(example.port, room, options);
    await expect(open('a/b')).rejects.toThrow('404');
    await expect(open('tea', { origin: 'http://elsewhere.example' })).rejects.toThrow('403');
    const own = await open('tea', { origin: `http://127.0.0.1:${example.port}` });
    const closed = once(own.ws, 'close');
    own.ws.send('x'.repeat(16 * 1024 + 1));
    expect((await closed)[0]).toBe(1009);
    expect(await example.stop('SIGTERM')).toBe(0);
  });

  it('serves its page', async () => {
    const example = await start();
    const get = (path: string, headers = {}) => ask(example.port, 'GET', path, headers);
    for (const [path, type] of [
      ['/', 'text/html; charset=utf-8'],
      ['/rooms/tea', 'text/html; charset=utf-8'],
      ['/chat.css', 'text/css; charset=utf-8'],
      ['/chat.js', 'text/javascript; charset=utf-8'],
      ['/icon.svg', 'image/svg+xml'],
    ] as const) {
      const page = await get(path);
      expect(page).toMatchObject({ status: 200, headers: { 'content-type': type } });
      expect(page.headers['cache-control']).toBe('no-cache');
      expect(page.headers['content-length']).toBe(String(Buffer.byteLength(page.body)));
      // Nothing is asked for elsewhere.
      expect(page.body).not.toMatch(/(?:src|href|from|url)\s*[=(]?\s*["']?(?:https?:)?\/\//);
      const head = await ask(example.port, 'HEAD', path);
      expect(head).toMatchObject({ status: 200, body: '' });
      expect(head.headers['content-length']).toBe(page.headers['content-length']);
      const { etag } = page.headers;
      expect(etag).toMatch(/^"[\w-]{22}"$/);
      const again = await get(path, { 'if-none-match': `"other", W/${etag}` });
      expect(again).toMatchObject({ status: 304, body: '', headers: { etag } });
    }
    for (const path of ['/chat.html', '/rooms/', '/rooms/a%2Fb', '/../package.json', '/x']) {
      expect(await get(path)).toMatchObject({ status: 404 });
    }
    const post = await ask(example.port, 'POST', '/');
    expect(post).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
    expect(await example.stop('SIGTERM')).toBe(0);
  });
});
