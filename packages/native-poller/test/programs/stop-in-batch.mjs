// stop() inside a batch, again and again; no descriptor may stay.
import { connect } from 'node:net';
import { EventKind } from '@gev/core';
import { EchoSink } from './echo-sink.mjs';
import { anyPort, countDescriptors, makePoller } from './flavour.mjs';

async function once() {
  const poller = makePoller({ maxHandles: 64 });
  const sink = new EchoSink(poller);
  const stopped = new Promise((resolve) => {
    sink.onRow = ({ kind }) => {
      if (kind !== EventKind.data) return;
      poller.stop();
      resolve();
    };
  });
  sink.flush = () => {};
  poller.start(sink);
  const { address } = await poller.listen(anyPort);
  const sockets = Array.from({ length: 5 }, () => connect(address.port, address.host));
  const closed = sockets.map(
    (socket) => new Promise((resolve) => socket.on('close', resolve).on('error', () => {})),
  );
  for (const socket of sockets) socket.write('x');
  await stopped;
  for (const socket of sockets) socket.destroy();
  await Promise.all(closed);
}

await once();
const before = countDescriptors();
for (let round = 0; round < 20; round += 1) await once();
// libkqueue closes its descriptors in a thread of its own.
while (countDescriptors() > before) await new Promise((resolve) => setImmediate(resolve));
console.log('done');
