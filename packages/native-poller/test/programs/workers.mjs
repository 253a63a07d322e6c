// Workers that end in every way under load; no descriptor may stay.
import { once } from 'node:events';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { countDescriptors } from './flavour.mjs';

const PROGRAM = new URL('./worker-echo.mjs', import.meta.url);

/** Sockets that keep echoing until the other end goes; resolves when all are closed. */
function load(port, count, onFirst) {
  return Array.from({ length: count }, () => {
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.alloc(1000)));
    socket.on('data', (bytes) => {
      socket.write(bytes);
      onFirst();
    });
    socket.on('error', () => {});
    socket.on('end', () => socket.destroy());
    return new Promise((resolve) => socket.on('close', resolve));
  });
}

async function run(how) {
  const worker = new Worker(PROGRAM, { workerData: how });
  const ended = new Promise((resolve) => worker.on('exit', resolve));
  let failure;
  worker.on('error', (error) => {
    failure = error;
  });
  const [port] = await once(worker, 'message');
  let closed;
  await new Promise((resolve) => {
    closed = load(port, 8, resolve);
  });
  if (how === 'terminate') await worker.terminate();
  const code = await ended;
  await Promise.all(closed);
  return failure ? failure.message : code;
}

const [how, rounds] = process.env.GEV_RUN.split(' ');
console.log('result', await run(how));
const before = countDescriptors();
for (let round = 0; round < Number(rounds); round += 1) await run(how);
while (countDescriptors() > before) await new Promise((resolve) => setImmediate(resolve));
// All at once: the addon is loaded by many threads in the same moment.
await Promise.all(Array.from({ length: 4 }, () => run(how)));
console.log('done');
