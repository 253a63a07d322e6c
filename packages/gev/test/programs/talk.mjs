// Connects twice, talks, closes, and has to end by itself with nothing left open.
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { connect, connectStream } from '../../dist/index.js';

const descriptors = () => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);

const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
await once(server, 'listening');
const address = `tcp://127.0.0.1:${server.address().port}`;
const before = descriptors();

const heard = new Promise((resolve) => {
  connect(address, {
    handler: {
      onConnect: (c) => void c.send('hello'),
      onMessage(c, data) {
        console.log(Buffer.from(data).toString());
        c.close();
      },
      onClose: resolve,
    },
  });
});
await heard;

const stream = await connectStream(address);
stream.end('streamed');
for await (const chunk of stream) console.log(String(chunk));

await connect('tcp://127.0.0.1:1', { handler: { onMessage() {} } }).catch((error) => {
  console.log(error.code);
});
while (descriptors() > before) await new Promise((resolve) => setTimeout(resolve, 5));
server.close();
console.log('done');
