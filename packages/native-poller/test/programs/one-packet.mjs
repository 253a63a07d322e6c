// Answers each read with many writes from places that do not touch; the client is in another
// thread, so that it would see them arrive apart. Prints how many pieces the replies came in.
import { once } from 'node:events';
import { connect } from 'node:net';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { EventKind, OrderKind } from '@gev/core';
import { EchoSink } from './echo-sink.mjs';
import { anyPort, makePoller } from './flavour.mjs';

const WRITES = 60;
const SIZE = 100;
const REPLIES = 200;

async function serve() {
  const poller = makePoller();
  const sink = new EchoSink(poller);
  const { inputSize } = poller.memory;
  sink.onRow = ({ kind, slot, generation }) => {
    if (kind !== EventKind.data) return;
    for (let write = 0; write < WRITES; write += 1) {
      sink.order(OrderKind.write, slot, generation, inputSize + write * 2 * SIZE, SIZE);
    }
  };
  poller.start(sink);
  parentPort.postMessage((await poller.listen(anyPort)).address.port);
}

async function ask() {
  const worker = new Worker(new URL(import.meta.url));
  const [port] = await once(worker, 'message');
  const socket = connect(port, '127.0.0.1');
  let pieces = 0;
  for (let reply = 0; reply < REPLIES; reply += 1) {
    socket.write('?');
    // The question itself is echoed, too.
    for (let size = 0; size < WRITES * SIZE + 1; pieces += 1) {
      size += (await once(socket, 'data'))[0].length;
    }
  }
  console.log(pieces / REPLIES);
  process.exit(0);
}

await (isMainThread ? ask() : serve());
