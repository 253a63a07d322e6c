// A server whose handlers connect outward on their own loops: broadcasts and ids are the server's alone.
import { once } from 'node:events';
import { connect as dial, createServer as listen } from 'node:net';
import { createServer } from '../../dist/index.js';

let behind = '';
const upstream = listen((socket) => {
  socket.on('data', (bytes) => {
    behind += bytes;
    socket.write(bytes);
  });
  socket.on('error', () => {});
}).listen(0, '127.0.0.1');
await once(upstream, 'listening');

const server = createServer({
  address: 'tcp://127.0.0.1:0',
  loops: Number(process.argv[2]),
  handler: new URL('./guest.handler.mjs', import.meta.url),
  data: { behind: `tcp://127.0.0.1:${upstream.address().port}` },
});
const told = [];
server.on('post', (value) => told.push(value));
await server.listen();

const until = async (condition) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
};
const clients = [0, 1, 2, 3].map(() => {
  const socket = dial(Number(new URL(server.address).port), '127.0.0.1').setEncoding('utf8');
  const client = { socket, text: '' };
  socket.on('data', (chunk) => {
    client.text += chunk;
  });
  return client;
});
await until(() => told.length === 4);
const ids = told.flatMap((each) => each.ids);
console.log('ids', new Set(ids).size);
server.broadcast('news;');
for (const [at, { ids: pair }] of told.entries()) server.send(pair[0], `for ${at};`);
await until(() => clients.every(({ text }) => /news;for \d;/.test(text)));
console.log('behind', JSON.stringify(behind));
console.log('to a guest', server.send(told[0].ids[1], 'astray'));
clients[0].socket.write('forwarded');
await until(() => clients[0].text.endsWith('forwarded'));
await server.close({ timeout: 5000 });
await until(() => told.length === 12);
console.log('refused', told.filter(({ code }) => code === 'ERR_GEV_CLOSED').length);
console.log('closed', told.filter(({ closed }) => closed).length, JSON.stringify(behind));
upstream.close();
